import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/index.js';
import { asking, contract, post, reading, start, textOf } from './start.js';

const ask = reading(contract, 'liability and law');

/** The events a client of the raw stream sees, and how the stream ends. */
async function stream(fault: Fault): Promise<{ types: string[]; end: unknown }> {
  const { client } = await start({ script: [{ fault }] });
  const types: string[] = [];
  try {
    for await (const event of await client.messages.create({ ...ask, stream: true })) types.push(event.type);
  } catch (end) {
    return { types, end };
  }
  return { types, end: 'clean' };
}

async function create(fault: Fault): Promise<unknown> {
  const { client } = await start({ script: [{ fault }] });
  return client.messages.create(ask).catch((error: unknown) => error);
}

describe('before the headers', () => {
  it.each([false, true])('resets, streaming %s', async (streaming) => {
    const { client } = await start({ script: [{ fault: { kind: 'reset-before-headers' } }] });
    await expect(client.messages.create({ ...ask, stream: streaming })).rejects.toBeInstanceOf(
      Anthropic.APIConnectionError,
    );
  });

  it('hangs until the client gives up', async () => {
    const { client, model } = await start({ script: [{ fault: { kind: 'hang-before-headers' } }] });
    await expect(client.messages.create(ask, { timeout: 1_000 })).rejects.toBeInstanceOf(
      Anthropic.APIConnectionTimeoutError,
    );
    await model.idle();
    expect(model.calls[0]).toMatchObject({ aborted: true, status: null, answered: false });
  });

  it('is as slow as it is told to be', async () => {
    const { client, model } = await start({ latencyMs: 60_000, script: [{ fault: { kind: 'slow', ms: 30 } }] });
    await client.messages.create(ask);
    expect(model.calls[0]).toMatchObject({ fault: 'slow', status: 200 });
  });
});

describe('in the body', () => {
  it('resets half way', async () => {
    expect(await create({ kind: 'reset-in-body' })).toBeInstanceOf(Error);
  });

  it('hangs half way', async () => {
    const { model } = await start({ script: [{ fault: { kind: 'hang-in-body' } }] });
    const response = await post(model, '/v1/messages', ask);
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    expect(model.open).toBe(1);
    await reader?.cancel();
    await model.idle();
    expect(model.calls[0]).toMatchObject({ aborted: true, status: 200, answered: false });
  });

  it('ends early as if that were all', async () => {
    expect(await create({ kind: 'clean-end' })).toBeInstanceOf(SyntaxError);
  });

  it.each<Fault>([
    { kind: 'slow-pings', everyMs: 1, count: 3 },
    { kind: 'trickle', bytesPerSecond: 100_000 },
  ])('arrives whole in spite of %o', async (fault) => {
    expect(textOf((await create(fault)) as Anthropic.Message)).toContain('Denmark');
    expect((await stream(fault)).types.at(-1)).toBe('message_stop');
  });

  it('becomes an ordinary 529 where a stream would carry an error event', async () => {
    expect(await create({ kind: 'stream-error' })).toBeInstanceOf(Anthropic.OverloadedError);
  });
});

describe('in the stream', () => {
  const whole = async () => (await stream({ kind: 'slow', ms: 0 })).types;

  it.each(['reset-in-body', 'clean-end', 'stream-error'] as const)(
    '%s strikes after any number of events',
    async (kind) => {
      const types = await whole();
      for (let after = 0; after <= types.length; after += 1) {
        const seen = await stream({ kind, after });
        expect(seen.types).toEqual(types.slice(0, after));
        if (kind === 'clean-end' || after === types.length) continue;
        expect(seen.end).toBeInstanceOf(Error);
      }
    },
  );

  it('strikes after the first event of a type', async () => {
    expect((await stream({ kind: 'clean-end', after: 'content_block_stop' })).types.at(-1)).toBe('content_block_stop');
    expect((await stream({ kind: 'clean-end' })).types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
    ]);
  });

  it('carries an error event that the SDK knows', async () => {
    expect((await stream({ kind: 'stream-error' })).end).toMatchObject({ type: 'overloaded_error', status: undefined });
    expect((await stream({ kind: 'stream-error', error: 'api_error' })).end).toMatchObject({ type: 'api_error' });
  });

  it.each<Fault>([
    { kind: 'hang-in-body', after: 2 },
    { kind: 'slow-pings', everyMs: 2, after: 2 },
  ])('%o keeps the stream open', async (fault) => {
    const { client, model } = await start({ script: [{ fault }] });
    const types: string[] = [];
    const events = await client.messages.create({ ...ask, stream: true });
    for await (const event of events) {
      types.push(event.type);
      if (types.length === 2) setTimeout(() => events.controller.abort(), 30);
    }
    expect(types).toEqual(['message_start', 'content_block_start']);
    await model.idle();
    expect(model.calls[0]).toMatchObject({ aborted: true, fault: fault.kind });
  });
});

it('counts an answer that was cut as paid for, and not as answered', async () => {
  const { client, model } = await start({ script: [{ fault: { kind: 'reset-in-body' } }] });
  await client.messages.create(asking('Hi')).catch(() => {});
  await model.idle();
  expect(model.calls[0]).toMatchObject({
    answered: false,
    aborted: false,
    status: 200,
    usage: { output_tokens: expect.any(Number) },
  });
});

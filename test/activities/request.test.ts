import { afterEach, describe, expect, it, vi } from 'vitest';

import { contract } from '../support/service-agreement.js';
import { key, openDesk } from './asking.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const long = contract.repeat(40);

describe('the mark between texts of others', () => {
  it('is told by all of the texts, so that the same texts are the same question, and others have another', async () => {
    const { model, ask } = await openDesk();
    const sent = async (mark: string, answer: string) => {
      const value = { value: { inline: answer }, path: [] };
      const promptParts = [`--- ${mark} begin a\n`, value, `\n--- ${mark} end a\n\nFold.`];
      await ask({ request: { prompt: '', promptParts, mark } }).answer;
      return JSON.stringify(model.calls.at(-1)?.request?.messages);
    };
    const first = await sent('any-uuid', 'The rent.');
    expect(first).toMatch(/--- ([0-9a-f]{32}) begin a\\nThe rent\.\\n--- \1 end a\\n\\nFold\./);
    expect(await sent('another-uuid', 'The rent.')).toBe(first);
    const digest = (text: string) => /[0-9a-f]{32}/.exec(text)?.[0];
    expect(digest(await sent('any-uuid', 'The rents.'))).not.toBe(digest(first));
  });
});

describe('the request', () => {
  it('puts the document before the prompt, each in a block of its own', async () => {
    const { model, ask } = await openDesk();
    await ask({ request: { document: { inline: contract } } }).answer;
    expect(model.calls[0]?.request).toEqual({
      model: 'claude-sonnet-5-5',
      max_tokens: 1_000,
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: contract },
            { type: 'text', text: 'What is owed?' },
          ],
        },
      ],
    });
  });

  it('leaves out what is empty', async () => {
    const { model, ask } = await openDesk();
    await ask({ request: { system: '', document: { inline: '' } } }).answer;
    expect(model.calls[0]?.request).toEqual({
      model: 'claude-sonnet-5-5',
      max_tokens: 1_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is owed?' }] }],
    });
  });

  it('reads a document that travels by reference', async () => {
    const { model, store, ask } = await openDesk();
    const document = await store.putText(contract);
    await ask({ request: { document } }).answer;
    expect(JSON.stringify(model.calls[0]?.request)).toContain(JSON.stringify(contract));
  });

  it('shares a cached prefix between prompts when it is told to', async () => {
    const { ask } = await openDesk();
    const request = { document: { inline: long }, cacheDocument: true };
    const first = await ask({ request: { ...request, prompt: 'What is owed?' } }).answer;
    const second = await ask({ request: { ...request, prompt: 'Who pays?' } }).answer;
    expect(first.ledger.usage.cacheWriteTokens).toBeGreaterThan(1_000);
    expect(second.ledger.usage).toMatchObject({
      cacheReadTokens: first.ledger.usage.cacheWriteTokens,
      cacheWriteTokens: 0,
    });
  });

  it('pays for no cache otherwise', async () => {
    const { ask } = await openDesk();
    const { ledger } = await ask({ request: { document: { inline: long } } }).answer;
    expect(ledger.usage).toMatchObject({ cacheReadTokens: 0, cacheWriteTokens: 0 });
  });

  it('may ask for more tokens than the SDK allows without a timeout', async () => {
    const { ask } = await openDesk();
    expect(await ask({ request: { maxTokens: 60_000 } }).answer).toMatchObject({ status: 'ok' });
  });

  it('is not changed or printed because of what the environment holds for other programs', async () => {
    vi.stubEnv('ANTHROPIC_LOG', 'debug');
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'somebody-elses');
    vi.stubEnv('ANTHROPIC_API_KEY', 'somebody-elses');
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
    const printed = (['debug', 'info', 'log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
    const { ask } = await openDesk({ apiKey: key });
    expect(await ask().answer).toMatchObject({ status: 'ok' });
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it('carries the key as the API wants it, and is never retried by the SDK', async () => {
    const { model, ask } = await openDesk({
      apiKey: key,
      script: [{ fault: { kind: 'overloaded' } }],
    });
    await expect(ask().answer).rejects.toMatchObject({ type: 'Overloaded' });
    expect(model.total).toBe(1);
  });
});

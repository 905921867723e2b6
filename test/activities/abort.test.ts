import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';

import { addUsage, noUsage } from '../../src/contract/usage.js';
import type { Fault } from '@fanfold/offline-model';
import type { Paid, Payer } from '../../src/model/layer/index.js';
import { failureOf, ledgerOf, openDesk } from './asking.js';
import { patienceMs } from '../support/patience.js';

const hangs: [string, Fault[]][] = [
  ['waits for the headers', [{ kind: 'hang-before-headers' }]],
  ['stalls inside the answer', [{ kind: 'hang-in-body' }]],
  ['gets a space now and then', [{ kind: 'slow-pings', everyMs: 20 }]],
  ['gets its answer drop by drop', [{ kind: 'trickle', bytesPerSecond: 20 }]],
];

describe.each(
  hangs.flatMap(([what, faults]) => [
    [what, 'whole', 1_000, faults] as const,
    [what, 'streamed', 2_000, faults] as const,
  ]),
)('a call that %s, its answer %s', (_, __, maxTokens, faults) => {
  const script = faults.map((fault) => ({ fault }));
  const request = { maxTokens };

  it.each(['CANCELLED', 'WORKER_SHUTDOWN'] as const)(
    'is cut at the socket by %s, and its ledger is kept',
    async (reason) => {
      const { model, ask } = await openDesk({ script });
      const spent = { ...noUsage, outputTokens: 7 };
      const heartbeatDetails = { attempts: 1, modelMs: 5, usage: spent };
      const asking = ask({ request }, { attempt: 2, heartbeatDetails });
      await model.received(1);
      asking.cancel(reason);
      const failure: unknown = await asking.answer.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CancelledFailure);
      expect((failure as CancelledFailure).message).toBe(reason);
      expect(ledgerOf(failure as CancelledFailure)).toMatchObject({ attempts: 2, usage: spent });
      expect(asking.heartbeats.at(-1)).toEqual(ledgerOf(failure as CancelledFailure));
      await model.idle();
      expect(model.calls[0]).toMatchObject({ aborted: true });
    },
  );

  it('is cut at the socket when the time of the branch is over', async () => {
    const { model, ask } = await openDesk({ script });
    const failure = await failureOf(ask({ request, timeoutMs: 250 }));
    expect(failure).toMatchObject({ type: 'TimedOut', nonRetryable: true, message: 'No answer within 250 ms: 1 try.' });
    expect(ledgerOf(failure)).toMatchObject({ attempts: 1 });
    expect(ledgerOf(failure).modelMs).toBeGreaterThan(0);
    await model.idle();
    expect(model.total).toBe(1);
  });
});

describe('the end of a worker whose calls go on elsewhere', () => {
  it('leaves a question to another worker at once, with its ledger, and not by the policy’s pauses', async () => {
    const ends = new AbortController();
    const begun = vi.fn<() => void>();
    const layer = {
      payOnce: (_: unknown, { signal, leaves }: Payer): Promise<Paid> => {
        begun();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            leaves?.();
            reject(signal.reason as Error);
          });
        });
      },
      paidBefore: async () => undefined,
    };
    const { ask } = await openDesk({}, { layer, draining: ends.signal });
    const asking = ask();
    await vi.waitFor(() => expect(begun).toHaveBeenCalled(), { timeout: patienceMs });
    ends.abort(new CancelledFailure('WORKER_SHUTDOWN'));
    const failure = await failureOf(asking);
    expect(failure).toMatchObject({ type: 'WorkerEnds', nonRetryable: false, nextRetryDelay: expect.any(Number) });
    expect(ledgerOf(failure)).toMatchObject({ attempts: 0, open: true });
    expect(asking.heartbeats.at(-1)).toEqual(ledgerOf(failure));
    // However many workers end meanwhile, the next one has all attempts.
    const ends3 = { ...ledgerOf(failure), handedOn: 3 };
    const again = await openDesk();
    const { ledger } = await again.ask({ attempts: 1 }, { attempt: 4, heartbeatDetails: ends3 }).answer;
    expect(ledger).toMatchObject({ attempts: 1, handedOn: 3 });
    expect(ledger).not.toHaveProperty('isHandedOn');
  });
});

describe('cancellation', () => {
  it('that was there before the call means no call', async () => {
    const { model, ask } = await openDesk();
    const asking = ask();
    asking.cancel();
    await expect(asking.answer).rejects.toBeInstanceOf(CancelledFailure);
    expect(model.total).toBe(0);
  });

  it('does not lose an answer that is being stored', async () => {
    const putText = async () => {
      asking.cancel();
      return { sha256: 'a', bytes: 1 };
    };
    const { ask } = await openDesk(
      {},
      { store: { putText, readText: async () => '', readBytes: async () => Buffer.from('') } },
    );
    const asking = ask({ inlineBytes: 0 });
    expect(await asking.answer).toMatchObject({ status: 'ok', output: { sha256: 'a', bytes: 1 } });
  });

  it('reaches an offline model that does not start', async () => {
    const { ask } = await openDesk({}, { offlineModelUrl: () => new Promise<string>(() => {}) });
    const asking = ask({ offline: true });
    await Promise.resolve();
    asking.cancel();
    await expect(asking.answer).rejects.toBeInstanceOf(CancelledFailure);
  });
});

describe('the deadline', () => {
  it('counts from the first try, over the tries and the waits between them', async () => {
    const { model, ask } = await openDesk();
    const heartbeatDetails = { attempts: 1, modelMs: 5, usage: noUsage, startedAtMs: Date.now() - 31_000 };
    const failure = await failureOf(ask({ timeoutMs: 30_000 }, { attempt: 2, heartbeatDetails }));
    expect(failure).toMatchObject({ type: 'TimedOut', message: 'No answer within 30 s: 2 tries.' });
    expect(model.total).toBe(0);
  });

  it('leaves out the pauses that the API asked for', async () => {
    const { ask } = await openDesk();
    const now = Date.now();
    const heartbeatDetails = {
      attempts: 1,
      throttled: 1,
      modelMs: 5,
      usage: noUsage,
      startedAtMs: now - 40_000,
      throttledMs: 5_000,
      throttledAtMs: now - 20_000,
    };
    const { ledger } = await ask({ timeoutMs: 30_000 }, { attempt: 3, heartbeatDetails }).answer;
    expect(ledger).toMatchObject({ attempts: 2, throttled: 1, throttledAtMs: null });
    expect(ledger.throttledMs).toBeGreaterThanOrEqual(25_000);
  });

  it('does not wait for a try that could only begin after it', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'overloaded', retryAfter: 60 } }] });
    const failure = await failureOf(ask({ timeoutMs: 30_000 }));
    expect(failure).toMatchObject({ type: 'TimedOut', nonRetryable: true });
    expect(failure.message).toMatch(
      /^The next try would begin after the branch's 30 s\. 1 try, the last failed with Overloaded: 529/,
    );
  });

  it('waits out a rate limit that lasts longer', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'rate-limit', retryAfter: 60 } }] });
    const failure = await failureOf(ask({ timeoutMs: 30_000, attempts: 1 }));
    expect(failure).toMatchObject({ type: 'RateLimited', nonRetryable: false });
    expect(failure.nextRetryDelay).toBeGreaterThanOrEqual(60_000);
  });
});

describe('the ledger', () => {
  it('is in the first heartbeat of another try, before the call', async () => {
    const { model, ask } = await openDesk();
    const gate = model.hold();
    const asking = ask({}, { attempt: 2 });
    expect(asking.heartbeats).toEqual([expect.objectContaining({ attempts: 2, throttled: 0 })]);
    await model.received(1);
    gate.release();
    await asking.answer;
  });

  it('is told of a first try when that takes a while, or fails: its beginning costs the server nothing', async () => {
    const { model, ask } = await openDesk({ script: [{ times: 1, fault: { kind: 'status', status: 500 } }] });
    const failing = ask();
    await failureOf(failing);
    expect(failing.heartbeats).toEqual([expect.objectContaining({ attempts: 1, open: false })]);
    const gate = model.hold();
    const slow = ask();
    expect(slow.heartbeats).toEqual([]);
    await model.received(2);
    expect(slow.heartbeats).toEqual([]);
    await vi.waitFor(() => expect(slow.heartbeats).toEqual([expect.objectContaining({ open: true })]), patienceMs);
    gate.release();
    await slow.answer;
  });

  it('keeps beating while the model thinks, and stops with it', async () => {
    const { model, ask } = await openDesk();
    const gate = model.hold();
    const asking = ask();
    await vi.waitFor(() => expect(asking.heartbeats.length).toBeGreaterThanOrEqual(3), patienceMs);
    gate.release();
    await asking.answer;
    const beats = asking.heartbeats.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(asking.heartbeats.length).toBe(beats);
  });

  it('adds up over tries: usage of failed ones too, throttled ones not counted', async () => {
    const usage = { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 3, cache_creation_input_tokens: 4 };
    const { ask } = await openDesk({
      script: [
        { times: 1, fault: { kind: 'body', body: JSON.stringify({ usage }) } },
        { times: 2, fault: { kind: 'rate-limit' } },
        { times: 1, fault: { kind: 'status', status: 500 } },
      ],
    });
    let heartbeatDetails: unknown;
    for (const [index, type] of ['MalformedAnswer', 'RateLimited', 'RateLimited', 'ServerError'].entries()) {
      const asking = ask({}, { attempt: index + 1, heartbeatDetails });
      expect((await failureOf(asking)).type).toBe(type);
      heartbeatDetails = asking.heartbeats.at(-1);
    }
    const { ledger } = await ask({}, { attempt: 5, heartbeatDetails }).answer;
    expect(ledger).toMatchObject({ attempts: 3, throttled: 2 });
    expect(ledger.usage).toMatchObject({ cacheReadTokens: 3, cacheWriteTokens: 4 });
    expect(ledger.usage.inputTokens).toBeGreaterThan(100);
    expect(ledger.usage.outputTokens).toBeGreaterThan(20);
    expect(ledger.costUsd).toBeGreaterThan((100 * 2 + 20 * 10 + 3 * 0.1 + 4 * 2.5) / 1e6);
  });

  it('ends the branch when its tries are used up, and names the last error', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'status', status: 503, message: 'tired' } }] });
    const heartbeatDetails = { attempts: 2, modelMs: 5, usage: noUsage };
    const failure = await failureOf(ask({ attempts: 3 }, { attempt: 3, heartbeatDetails }));
    expect(failure).toMatchObject({ type: 'AttemptsExhausted', nonRetryable: true });
    expect(failure.message).toMatch(/^All 3 tries failed, the last with ServerError: 503 \w+: tired/);
    expect(ledgerOf(failure).attempts).toBe(3);
  });

  it('counts tries whose worker died, even those that left nothing behind', async () => {
    const { model, ask } = await openDesk();
    const failure = await failureOf(ask({ attempts: 3 }, { attempt: 4 }));
    expect(failure).toMatchObject({
      type: 'AttemptsExhausted',
      message:
        'All 3 tries failed, the last without a word: its worker died, or could not read what it was given, as with another data converter.',
    });
    const left = { attempts: 3, modelMs: 5, usage: noUsage, open: true };
    const died = await failureOf(ask({ attempts: 3 }, { attempt: 4, heartbeatDetails: left }));
    expect(died.message).toBe('All 3 tries failed, the last when its worker died.');
    const closed = { ...left, attempts: 2 };
    const after = await failureOf(ask({ attempts: 3 }, { attempt: 4, heartbeatDetails: closed }));
    expect(after.message).toContain('the last without a word');
    expect(ledgerOf(failure).attempts).toBe(3);
    expect(model.total).toBe(0);
    expect((await ask({ attempts: 3 }, { attempt: 3 }).answer).ledger.attempts).toBe(3);
  });

  it('begins anew where the heartbeat holds something else', async () => {
    const { ask } = await openDesk();
    const { ledger } = await ask({}, { attempt: 1, heartbeatDetails: { attempts: 'many' } }).answer;
    expect(ledger.attempts).toBe(1);
    expect(addUsage(ledger.usage, noUsage)).toEqual(ledger.usage);
  });
});

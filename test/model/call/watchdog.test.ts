import { describe, expect, it } from 'vitest';

import type { Fault } from '@fanfold/offline-model';
import { failureOf, ledgerOf, openDesk } from '../../activities/asking.js';

const watchdogs = { firstByteMs: 300, idleMs: 200, perTokenMs: 0 };
/** The beginning may take its time, on a machine that is busy with much else. */
const patient = { ...watchdogs, firstByteMs: 5_000 };
const streamed = { request: { maxTokens: 2_000 } };

describe('a watchdog', () => {
  it.each<[string, Fault, RegExp, typeof watchdogs]>([
    ['does not begin', { kind: 'hang-before-headers' }, /did not begin within 1/, { ...watchdogs, firstByteMs: 1_000 }],
    ['stops in its middle', { kind: 'hang-in-body' }, /stopped growing.*200 ms/, patient],
    ['sends nothing but pings', { kind: 'slow-pings', everyMs: 20 }, /stopped growing.*200 ms/, patient],
  ])('cuts a streamed answer that %s, long before the time of the branch is over', async (_, fault, message, given) => {
    const { model, ask } = await openDesk({ script: [{ fault, times: 1 }] }, { watchdogs: given });
    const failure = await failureOf(ask(streamed));
    expect(failure).toMatchObject({ type: 'Stalled', nonRetryable: false, message: expect.stringMatching(message) });
    await model.idle();
    expect(model.calls[0]).toMatchObject({ aborted: true });
    expect(await ask(streamed).answer).toMatchObject({ status: 'ok' });
  });

  it('cuts an answer that comes whole when the slowest model would have written it', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'hang-before-headers' } }] }, { watchdogs });
    const failure = await failureOf(ask({ request: { maxTokens: 100 } }));
    expect(failure).toMatchObject({ type: 'Stalled', message: expect.stringMatching(/did not come within 300 ms/) });
  });

  it('lets a slow answer grow that never pauses', async () => {
    const slow: Fault = { kind: 'trickle', bytesPerSecond: 6_000 };
    const { ask } = await openDesk({ script: [{ fault: slow }] }, { watchdogs: patient });
    expect(await ask(streamed).answer).toMatchObject({ status: 'ok' });
  });
});

describe('what a cut stream has told of its usage', () => {
  it('counts as spent, and the rest of its bound as lost', async () => {
    const { ask } = await openDesk({ script: [{ fault: { kind: 'reset-in-body' } }] });
    const failure = await failureOf(ask({ ...streamed, reserve: { usd: 1, questionUsd: 0.5 } }));
    const ledger = ledgerOf(failure);
    expect(ledger.usage.inputTokens).toBeGreaterThan(0);
    expect(ledger.costUsd).toBeGreaterThan(0);
    expect((ledger.costUsd ?? 0) + ledger.lostUsd).toBeCloseTo(0.5, 9);
  });
});

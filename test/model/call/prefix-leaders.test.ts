import { describe, expect, it } from 'vitest';

import { PrefixLeaders } from '../../../src/model/call/prefix-leaders.js';
import { addUsage, noUsage } from '../../../src/contract/usage.js';
import { openDesk } from '../../activities/asking.js';

const never = new AbortController().signal;

describe('passes at a shared prefix', () => {
  it('let one lead, and the others follow once its answer has begun', async () => {
    const leaders = new PrefixLeaders();
    const first = await leaders.enter('p', never);
    const passes: boolean[] = [];
    const others = [1, 2, 3].map(() => leaders.enter('p', never).then(({ leads }) => passes.push(leads)));
    await Promise.resolve();
    expect([first.leads, passes]).toEqual([true, []]);
    first.begun();
    await Promise.all(others);
    expect(passes).toEqual([false, false, false]);
  });

  it('pass to another when the leader fails before its answer begins', async () => {
    const leaders = new PrefixLeaders();
    const first = await leaders.enter('p', never);
    const second = leaders.enter('p', never);
    const third = leaders.enter('p', never);
    first.over();
    expect((await second).leads).toBe(true);
    (await second).begun();
    expect((await third).leads).toBe(false);
  });

  it('begin anew when the prefix has gone cold, and not while it is used', async () => {
    let now = 0;
    const leaders = new PrefixLeaders(() => now);
    (await leaders.enter('p', never)).begun();
    now += 200_000;
    (await leaders.enter('p', never)).begun();
    now += 200_000;
    expect((await leaders.enter('p', never)).leads).toBe(false);
    now += 100_000;
    expect((await leaders.enter('p', never)).leads).toBe(true);
  });

  it('do not hold those who are aborted, nor those of another prefix', async () => {
    const leaders = new PrefixLeaders();
    await leaders.enter('p', never);
    const abort = new AbortController();
    const waiting = leaders.enter('p', abort.signal);
    abort.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect((await leaders.enter('q', never)).leads).toBe(true);
  });
});

describe('ten questions about one long document', () => {
  it('cost at most a quarter of the input of ten cold calls, and one call writes the cache', async () => {
    const { model, ask } = await openDesk();
    const words = 'supplier customer agreement availability credit liability notice termination'.split(' ');
    const sentence = (n: number) =>
      `Clause ${n}: the ${words[n % 8]} owes ${words[(n * 3) % 8]} to the ${words[(n * 5) % 8]}.`;
    const document = { inline: Array.from({ length: 4_000 }, (_, index) => sentence(index)).join(' ') };
    const questions = Array.from({ length: 10 }, (_, index) => `Question ${index}: what is owed?`);
    const answers = await Promise.all(
      questions.map((prompt) => ask({ request: { document, cacheDocument: true, prompt } }).answer),
    );
    const usage = answers.reduce((sum, { ledger }) => addUsage(sum, ledger.usage), noUsage);
    const total = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    expect(total).toBeGreaterThan(500_000);
    expect(model.calls.filter(({ usage: used }) => (used?.cache_creation_input_tokens ?? 0) > 0)).toHaveLength(1);
    // Claude Sonnet 5.5: $2 a million in, $2.50 to write, $0.10 to read.
    const inputUsd = (usage.inputTokens * 2 + usage.cacheWriteTokens * 2.5 + usage.cacheReadTokens * 0.1) / 1e6;
    expect(inputUsd / ((total * 2) / 1e6)).toBeLessThanOrEqual(0.25);
    const saved = answers.reduce((sum, { ledger }) => sum + ledger.cacheSavedUsd, 0);
    expect(saved).toBeCloseTo((total * 2) / 1e6 - inputUsd, 6);
  });
});

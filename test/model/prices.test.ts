import { describe, expect, it } from 'vitest';

import { costOf } from '../../src/model/index.js';
import { noUsage } from '../../src/contract/usage.js';
import { openDesk } from '../activities/asking.js';

const million = 1_000_000;

describe('the price', () => {
  // The reference's table: input, output, 5m write, cache read; a write for an hour costs twice the input.
  it.each([
    ['claude-fable-5-2', 8, 40, 10, 0.2],
    ['claude-opus-5-5', 4, 20, 5, 0.2],
    ['claude-opus-5', 5, 25, 6.25, 0.5],
    ['claude-opus-4-8', 5, 25, 6.25, 0.5],
    ['claude-opus-4-7', 5, 25, 6.25, 0.5],
    ['claude-opus-4-6', 5, 25, 6.25, 0.5],
    ['claude-opus-4-5', 5, 25, 6.25, 0.5],
    ['claude-sonnet-5-5', 2, 10, 2.5, 0.1],
    ['claude-sonnet-5', 2, 10, 2.5, 0.2],
    ['claude-sonnet-4-6', 3, 15, 3.75, 0.3],
    ['claude-sonnet-4-5', 3, 15, 3.75, 0.3],
    ['claude-haiku-4-5', 1, 5, 1.25, 0.1],
    ['claude-haiku-4-5-20251001', 1, 5, 1.25, 0.1],
  ])('of %s is that of the list', (model, input, output, cacheWrite, cacheRead) => {
    expect(costOf({ ...noUsage, inputTokens: million }, model)).toBeCloseTo(input);
    expect(costOf({ ...noUsage, outputTokens: million }, model)).toBeCloseTo(output);
    expect(costOf({ ...noUsage, cacheWriteTokens: million }, model)).toBeCloseTo(cacheWrite);
    expect(costOf({ ...noUsage, cacheReadTokens: million }, model)).toBeCloseTo(cacheRead);
    const hours = { cacheWriteTokens: 2 * million, hourCacheWriteTokens: million };
    expect(costOf({ ...noUsage, ...hours }, model)).toBeCloseTo(cacheWrite + 2 * input);
    const all = { inputTokens: million, outputTokens: million, cacheWriteTokens: million, cacheReadTokens: million };
    expect(costOf(all, model)).toBeCloseTo(input + output + cacheWrite + cacheRead);
  });

  it('of claude-haiku-5-5 is higher for the whole request above 100,000 tokens, cached ones among them', () => {
    const haiku = (inputTokens: number, cacheReadTokens: number) =>
      costOf({ inputTokens, outputTokens: 10_000, cacheReadTokens, cacheWriteTokens: 0 }, 'claude-haiku-5-5');
    expect(haiku(100_000, 0)).toBeCloseTo(0.1 * 0.1 + 0.01 * 0.5, 8);
    expect(haiku(100_001, 0)).toBeCloseTo(0.100_001 * 0.5 + 0.01 * 2.5, 8);
    expect(haiku(40_000, 60_000)).toBeCloseTo(0.04 * 0.1 + 0.06 * 0.01 + 0.01 * 0.5, 8);
    expect(haiku(40_000, 60_001)).toBeCloseTo(0.04 * 0.5 + 0.060_001 * 0.05 + 0.01 * 2.5, 8);
  });

  it.each(['claude-nova-9', 'claude-sonnet-5-5-fast', 'gpt-4o', '', '__proto__'])(
    'of %j is not known, and never 0',
    (model) => {
      expect(costOf({ ...noUsage, inputTokens: 5 }, model)).toBeNull();
    },
  );

  it('of older models is the package’s', () => {
    expect(costOf({ ...noUsage, inputTokens: million }, 'claude-opus-4-1')).toBeCloseTo(15);
  });

  it('of what cannot be computed is not known', () => {
    expect(costOf({ ...noUsage, inputTokens: -5 }, 'claude-sonnet-5-5')).toBeNull();
  });

  it('makes the cost of a branch unknown once an answer has none', async () => {
    const { ask } = await openDesk();
    const { ledger, status } = await ask({ request: { model: 'claude-nova-9' } }).answer;
    expect([status, ledger.costUsd]).toEqual(['ok', null]);
    expect(ledger.usage.inputTokens).toBeGreaterThan(0);
  });
});

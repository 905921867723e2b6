import { describe, expect, it } from 'vitest';

import { modelDefaults } from '../../src/contract/options.js';
import type { FanOutOptions } from '../../src/contract/options.js';
import { modelOptionsOf, policyOf } from '../../src/plan/policy.js';

describe('how many must be ok', () => {
  it.each([
    // A share that makes a whole number needs that, and no more: 0.07 times 100 is a little over 7.
    [0.7, 10, 7],
    [0.07, 100, 7],
    [0.55, 100, 55],
    [1, 10, 10],
    // A part of a branch is a branch.
    [0.71, 10, 8],
    [0.75, 10, 8],
    [0.01, 10, 1],
    // One at least, or there is no answer.
    [0, 10, 1],
  ])('is, of a share of %d of %d, %d', (atLeast, branches, needed) => {
    expect(policyOf({ atLeast }, branches).needed).toBe(needed);
  });

  it('is the larger of the share and the quorum', () => {
    expect(policyOf({ join: 'quorum', quorum: 3, atLeast: 0.5 }, 10).needed).toBe(5);
    expect(policyOf({ join: 'quorum', quorum: 8, atLeast: 0.5 }, 10).needed).toBe(8);
  });

  it('is more than half where a quorum has no number', () => {
    expect([policyOf({ join: 'quorum' }, 10).needed, policyOf({ join: 'quorum' }, 5).needed]).toEqual([6, 3]);
  });
});

describe('what is asked of a fan-out', () => {
  const given = (options: object) => policyOf(options as FanOutOptions, 3);

  it('is one branch, all of them, or a number of them', () => {
    const needed = (['first', 'settled', 'all'] as const).map((join) => policyOf({ join }, 3).needed);
    expect(needed).toEqual([1, 1, 3]);
    expect([1, 3].map((quorum) => given({ join: 'quorum', quorum }).needed)).toEqual([1, 3]);
  });

  it('has its defaults where a program, or JSON, leaves something out', () => {
    const none = { deadlineMs: null, budget: null, hedge: false, economy: false };
    expect(given({})).toMatchObject({ join: 'settled', late: 'cancel', needed: 1, ...none });
    expect(given({ join: undefined, deadlineMs: null, hedge: null, attempts: undefined })).toEqual(given({}));
    expect(given({ hedge: true, economy: true, deadlineMs: 1, attempts: 1 })).toMatchObject({
      hedge: true,
      economy: true,
      deadlineMs: 1,
      attempts: 1,
    });
  });

  it.each<readonly [object, RegExp]>([
    [{ join: 'some' }, /`join` to be one of .*, got `some`/],
    [{ late: 'never' }, /`late` to be one of .*, got `never`/],
    [{ timeoutMs: 0 }, /`timeout` to be a whole number of milliseconds, 1 or more, got `0`/],
    [{ attempts: 1.5 }, /`attempts` to be a whole number, 1 or more, got `1.5`/],
    [{ concurrency: '3' }, /`concurrency` to be a whole number, 1 or more, got `"3"`/],
    [{ deadlineMs: -1 }, /`deadline` to be a whole number of milliseconds, 1 or more, got `-1`/],
    [{ quorum: 2 }, /`join` to be quorum where `quorum` is given, got `undefined`|got `settled`/],
    ...[0, 4, 1.5].map((quorum) => [{ join: 'quorum', quorum }, /`quorum` to be an integer from 1 to 3/] as const),
    ...[-0.1, 1.1, Number.NaN, '1'].map((atLeast) => [{ atLeast }, /`at-least` to be a share from 0 to 1/] as const),
    ...[0, -1, Infinity, '1'].map(
      (usd) => [{ budget: { usd, boundsUsd: [1, 1, 1] } }, /`budget` to be US dollars, more than 0/] as const,
    ),
    ...[undefined, [], [1, 1], [1, 1, 1, 1], [1, -1, 1], [1, '1', 1]].map(
      (boundsUsd) => [{ budget: { usd: 1, boundsUsd } }, /a bound in US dollars for each of 3 branches/] as const,
    ),
  ])('is refused where it cannot be meant: %j', (options, said) => {
    expect(() => given(options)).toThrow(said);
  });

  it('has a bound for each branch where there is a budget; lanes work out theirs', () => {
    const budget = { usd: 1, boundsUsd: [0, 1, 2] };
    expect(given({ budget }).budget).toEqual(budget);
    const inLanes = { usd: 1, boundsUsd: [] };
    expect(policyOf({ budget: inLanes }, 51).budget).toEqual(inLanes);
    expect(policyOf({ budget: inLanes }, 3, { inLanes: true }).budget).toEqual(inLanes);
    expect(() => policyOf({ budget: inLanes }, 50)).toThrow('for each of 50 branches');
    expect(() => policyOf({ budget: { usd: 1, boundsUsd: [1] } }, 51)).toThrow('for each of 51 branches');
  });
});

it('takes what is asked of the model, and nothing else', () => {
  expect(modelOptionsOf({ maxTokens: 5, other: 1 } as object)).toEqual({ ...modelDefaults, maxTokens: 5 });
  expect(() => modelOptionsOf({ maxTokens: 0 })).toThrow('`max-tokens` to be a whole number, 1 or more, got `0`');
  expect(() => modelOptionsOf({ model: 'a model' })).toThrow('`model` to be a model id such as');
});

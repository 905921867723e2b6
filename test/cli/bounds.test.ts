import { describe, expect, it } from 'vitest';

import { budgetOf } from '../../src/cli/run/budget-of.js';
import { DocumentBounds, fanInUsdOf } from '../../src/cli/run/document-bounds.js';
import { documentBounds } from '../../src/cli/run/retried-bounds.js';
import type { Bounded } from '../../src/cli/run/retried-plan.js';
import type { RunFlags } from '../../src/cli/run/run-flags.js';
import type { World } from '../../src/cli/world.js';
import { upperBoundUsd } from '../../src/model/index.js';
import type { FanOutPlan } from '../../src/plan/fan-out-plan.js';
import { planPerspectives } from '../../src/plan/perspectives-plan.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { tokenFactor } from '../../src/tokens/index.js';

const model = 'claude-sonnet-5-5';

describe('the most that documents may cost', () => {
  const request = { model, maxTokens: 1_000, system: '', prompt: 'What is owed?' };
  const boundsOf = (count: number, name = model) => {
    const bounds = new DocumentBounds(name, () => [{ request: { ...request, model: name }, document: 'Of it.' }]);
    for (let at = 0; at < count; at += 1) bounds.add({ key: `${at}`, text: '' });
    return bounds;
  };

  it('is that of each of them and of the fan-in, which a budget sets aside', () => {
    const one = boundsOf(1).summary(1).upperBoundUsd!;
    // A thousand tokens at 10 US dollars a million, and some of input.
    expect(one).toBeGreaterThan(0.01);
    expect(boundsOf(3).summary(3, 0.5).upperBoundUsd).toBeCloseTo(3 * one + 0.5, 9);
    expect(boundsOf(3).budget(2, 0.5)).toEqual({ budget: { usd: 1.5, boundsUsd: [], fanInUsd: 0.5 } });
    expect(boundsOf(3).budget(2)).toEqual({ budget: { usd: 2, boundsUsd: [] } });
    expect(boundsOf(3).budget(undefined)).toEqual({});
  });

  it('is refused where not even one fits beside the fan-in, or nobody knows it', () => {
    expect(() => boundsOf(3).budget(0.505, 0.5)).toThrow('the fan-in may cost');
    expect(() => boundsOf(3).budget(0.005)).toThrow('one question may cost');
    expect(() => boundsOf(1, 'made-up-model').budget(5)).toThrow('Expected a model whose price is known');
    expect(() => boundsOf(1).budget(5, null)).toThrow('Expected a model whose price is known');
  });
});

describe('the most that the fan-in of a run in lanes may cost', () => {
  const usdOf = (how: string | undefined, total: number, maxTokens = 100) =>
    fanInUsdOf({
      ...(how !== undefined && { fanIn: { how, criteria: '' } }),
      template: { model, maxTokens },
      total,
    } as unknown as WidePlan);

  it('is nothing where no model makes it, or there is one answer', () => {
    expect([usdOf(undefined, 9), usdOf('merge', 9), usdOf('synthesise', 1)]).toEqual([0, 0, 0]);
  });

  it('covers reading all that may be written, once by each judge', () => {
    const read = { model, maxTokens: 100, inputTokens: 1_000, cached: false, parts: 1 };
    expect(usdOf('synthesise', 10)).toBeGreaterThan(upperBoundUsd({ ...read, structured: false })!);
    expect(usdOf('select', 10)).toBeGreaterThan(2 * upperBoundUsd({ ...read, structured: true })!);
  });

  it('covers every level: groups of answers, and then what is made of them', () => {
    const [one, many] = [usdOf('synthesise', 10, 4_000)!, usdOf('synthesise', 1_000, 4_000)!];
    expect(many / 100).toBeGreaterThan(one * 0.5);
    const all = { model, maxTokens: 4_000, inputTokens: 4_000_000, cached: false, parts: 1, structured: false };
    expect(many).toBeGreaterThan(upperBoundUsd(all)!);
  });
});

describe('the budget of a narrow run', () => {
  const perspectives = ['legal', 'technical', 'commercial'];
  const plan = planPerspectives({ document: { inline: 'A text.' }, perspectives, model, offline: true });
  /** As if each might write so many tokens. */
  const writing = (tokens: number[], needed: number): FanOutPlan => ({
    ...plan,
    policy: { ...plan.policy, needed },
    branches: plan.branches.map((branch, at) => ({
      ...branch,
      request: { ...branch.request, maxTokens: tokens[at]! },
    })),
  });
  const budget = (of: FanOutPlan, usd: string) => budgetOf(of, 'A text.', { budget: usd } as RunFlags, {} as World);

  it('covers the cheapest of those that must be ok, each as the most that it may cost, and not the others', async () => {
    // A thousand tokens are a cent, and ten thousand ten.
    const uneven = [10_000, 1_000, 10_000];
    const { budget: kept } = await budget(writing(uneven, 1), '0.05');
    expect(kept?.boundsUsd.map((usd) => usd.toFixed(1))).toEqual(['0.1', '0.0', '0.1']);
    await expect(budget(writing(uneven, 2), '0.05')).rejects.toThrow('one question may cost');
    await expect(budget(writing(uneven, 3), '0.05')).rejects.toThrow('one question may cost');
    await expect(budget(writing([1_000, 1_000, 1_000], 1), '0.009')).rejects.toThrow('one question may cost');
  });

  it('keeps back what the fan-in may cost, more where its model makes more tokens of what others wrote', async () => {
    const folded: FanOutPlan = { ...writing([10_000, 10_000, 10_000], 3), fanIn: { how: 'synthesise', criteria: '' } };
    const fanInUsd = async (reader: string, writer: string) => {
      const branches = folded.branches.map((each) => ({ ...each, request: { ...each.request, model: writer } }));
      return (await budget({ ...folded, branches, fanInModel: reader }, '50')).budget?.fanInUsd ?? 0;
    };
    const [newer, older] = [model, 'claude-haiku-4-5'];
    expect(tokenFactor(newer)).toBeGreaterThan(tokenFactor(older));
    expect(await fanInUsd(newer, older)).toBeGreaterThan((await fanInUsd(newer, newer)) * 1.05);
    expect(await fanInUsd(older, newer)).toBeCloseTo(await fanInUsd(older, older), 9);
  });
});

it('bounds of a retry those questions alone that are begun anew, of several about one document too', async () => {
  const items = ['a', 'b'].map((key) => ({ key, text: key === 'a' ? 'Short.' : 'Long. '.repeat(9_000) }));
  const chunks = [{ sha256: 'a', bytes: 1, count: 4 }];
  const bounded = async (indices: number[]) => {
    const anew = indices.map((index) => ({ key: `${index}`, index }));
    const wide = { chunks };
    const input = { chunks, prompt: 'About {{ text }}.', samples: 2, model };
    const store = {
      readText: async () => JSON.stringify(items.map(({ key, text }) => ({ key, text: '', fields: { text } }))),
    };
    const bounds = await documentBounds({
      retry: { kind: 'map', anew },
      view: { planned: { wide } },
      input,
      store,
    } as unknown as Bounded);
    return bounds.summary(indices.length);
  };
  const [none, short, long] = [await bounded([]), await bounded([1]), await bounded([2])];
  expect([none.inputTokens, none.upperBoundUsd]).toEqual([0, 0]);
  expect(short.inputTokens).toBeLessThan(1_000);
  expect(long.inputTokens).toBeGreaterThan(9_000);
  expect((await bounded([2, 3])).inputTokens).toBe(2 * long.inputTokens);
});

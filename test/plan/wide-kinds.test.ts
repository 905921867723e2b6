import { describe, expect, it } from 'vitest';

import { planCompareRows } from '../../src/plan/compare-plan.js';
import { askedAt, itemRequest, requestsAbout } from '../../src/plan/item-request.js';
import { planPerspectives, planPerspectivesOver } from '../../src/plan/perspectives-plan.js';
import { planSummarise } from '../../src/plan/summarise-plan.js';

const chunksOf = (count: number) => [{ sha256: '', bytes: 0, count }];

describe('perspectives over documents', () => {
  const own = { key: 'tax', instruction: 'What is taxed?', model: 'claude-haiku-4-5', maxTokens: 99 };
  const { wide, rows } = planPerspectivesOver({ perspectives: ['legal', own], chunks: chunksOf(4) });

  it('asks of each document what it asks of one', () => {
    const item = { key: 'a', text: 'Short.' };
    const alone = planPerspectives({ perspectives: ['legal', own], document: { inline: 'Short.' } });
    const asked = requestsAbout(item, wide.template);
    for (const [at, { request }] of alone.branches.entries()) expect(asked[at]).toMatchObject({ request, at });
    expect(askedAt([item, { ...item, key: 'b' }], 3, wide.template)).toMatchObject({ key: 'b/tax' });
    expect(rows.ways).toEqual(['legal', 'tax']);
    expect(wide.total).toBe(4);
  });

  it('shares a long document of several specialists through the prompt cache', () => {
    const long = { key: 'a', text: 'A long text. '.repeat(5_000) };
    expect(requestsAbout(long, wide.template).map(({ request }) => request.cacheDocument)).toEqual([true, true]);
    const one = planPerspectivesOver({ perspectives: ['legal'], chunks: chunksOf(1) }).wide.template;
    expect(requestsAbout(long, one)[0]?.request).not.toHaveProperty('cacheDocument');
  });

  it('takes more than have an activity each, up to what a lane has room for', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `view ${at}`);
    expect(planPerspectivesOver({ perspectives: many(60), chunks: chunksOf(60) }).wide.total).toBe(60);
    expect(() => planPerspectivesOver({ perspectives: many(501), chunks: chunksOf(501) })).toThrow(
      /at most 500 perspectives/,
    );
    const long = many(9).map((key) => ({ key, instruction: 'x'.repeat(100_000) }));
    expect(() => planPerspectivesOver({ perspectives: long, chunks: chunksOf(9) })).toThrow(/800000 characters in all/);
  });

  it('refuses neither and both, parts of a document, and a fan-in', () => {
    expect(() => planPerspectives({})).toThrow(/`document`, or several as `chunks`, got neither/);
    expect(() => planPerspectivesOver({ document: { inline: 'x' }, chunks: chunksOf(4) })).toThrow(/got both/);
    expect(() => planPerspectivesOver({ perspectives: ['a', 'b'], chunks: chunksOf(3) })).toThrow(/multiple of 2/);
    expect(() => planPerspectivesOver({ chunks: chunksOf(8), fanIn: 'select' })).toThrow(/got several/);
    const many = Array.from({ length: 51 }, (_, at) => `view ${at}`);
    const folded = { chunks: chunksOf(51), fanIn: 'synthesise' } as const;
    expect(planPerspectivesOver({ perspectives: many, ...folded }).wide.fanIn).toMatchObject({ how: 'synthesise' });
    const weighed = many.map((key) => ({ key, instruction: 'x', weight: 2 }));
    expect(() => planPerspectivesOver({ perspectives: weighed, ...folded })).toThrow(
      /no weights .* got one of `view 0`/,
    );
  });
});

describe('compare over rows', () => {
  const variants = [
    { name: 'short', prompt: 'In a word: {{ text }}' },
    { name: 'long', prompt: 'At length: {{ text }}' },
  ];

  it('fills the prompt of each way with the columns of the row', () => {
    const { wide } = planCompareRows({
      variants,
      models: ['claude-sonnet-5', 'claude-haiku-4-5'],
      chunks: chunksOf(8),
    });
    const asked = askedAt([{ key: '1', text: '', fields: { text: 'Hi {{ x }}' } }], 3, wide.template);
    expect(asked?.key).toBe('1/long claude-haiku-4-5');
    expect(asked && itemRequest(wide.template, asked)).toMatchObject({
      model: 'claude-haiku-4-5',
      prompt: 'At length: Hi {{ x }}',
    });
  });

  it('takes a budget without bounds, however few rows there are', () => {
    const budget = { usd: 1, boundsUsd: [] };
    expect(planCompareRows({ variants, chunks: chunksOf(2), budget }).wide.policy.budget).toEqual(budget);
  });
});

it('folds up to ten thousand documents by the model', () => {
  const plan = planSummarise({ chunks: chunksOf(10_000), fanIn: 'select' });
  expect('wide' in plan && plan.wide.fanIn?.how).toBe('select');
  expect(() => planSummarise({ chunks: chunksOf(10_001), fanIn: 'select' })).toThrow(/at most 10000 documents/);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { realCount } from '../../bench/tokens/tokenizers.mjs';
import { estimateTokens, isLong, sizeOf, tokensInPart } from '../../src/model/index.js';
import { tokenFactor } from '../../src/tokens/index.js';

const older = 'claude-haiku-4-5';
const newer = 'claude-sonnet-5-5';
const content = 'The customer pays 100 euros a month. The supplier is liable for intent only.';
const ask = (model: string, more: object = {}) =>
  estimateTokens({ model, max_tokens: 1, messages: [{ role: 'user', content }], ...more });

describe('the estimate of a request', () => {
  it('has what the API writes around it', () => {
    // Seven tokens around one message are known.
    expect(ask(older)).toBeGreaterThanOrEqual(realCount(content) + 7);
    expect(estimateTokens({ model: older, max_tokens: 1, messages: [] })).toBeGreaterThan(0);
  });

  it('has 30 % more for models with a newer tokeniser, and for those that nobody knows', () => {
    for (const model of [
      newer,
      'claude-opus-4-7',
      'claude-opus-4-8',
      'claude-fable-5-2',
      'claude-haiku-5-5',
      'claude-unheard-of',
    ]) {
      expect(ask(model), model).toBe(Math.ceil(ask(older) * 1.3));
    }
    for (const model of [
      'claude-opus-4-6',
      'claude-sonnet-4-5',
      'claude-haiku-4-5-20251001',
      'claude-opus-4-20250514',
      'claude-3-opus-20240229',
    ]) {
      expect(ask(model), model).toBe(ask(older));
    }
  });

  it('adds what docs/bounds.md says, by its table', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/bounds.md'), 'utf8');
    const cell = (what: string) => new RegExp(`^\\| ${what} \\| (.+?) \\|`, 'm').exec(page)?.[1] ?? '';
    const [frame, block] = cell('the frame of a request').match(/\d+/g)!.map(Number);
    const [system, each] = cell('tools').match(/\d+/g)!.map(Number);
    const none = estimateTokens({ model: older, max_tokens: 1, messages: [] });
    expect(none).toBe(frame);
    // A message and its one block.
    const empty = { role: 'user' as const, content: '' };
    const one = estimateTokens({ model: older, max_tokens: 1, messages: [empty] });
    expect(one - none).toBe(2 * block!);
    const tool = { name: '', input_schema: { type: 'object' as const } };
    const tools = (count: number) => ask(older, { tools: Array.from({ length: count }, () => tool) }) - ask(older);
    expect(tools(1)).toBeGreaterThanOrEqual(system! + each!);
    expect(tools(1)).toBeLessThan(system! + each! + 30);
    const format = { type: 'json_schema' as const, schema: {} };
    const added = ask(older, { output_config: { format } }) - ask(older);
    expect(added).toBeGreaterThanOrEqual(Number.parseInt(cell('a schema for the answer'), 10));
    expect(`${Math.round((tokenFactor(newer) - 1) * 100)} % of all`).toBe(cell('a newer tokeniser'));
  });

  it('has tools with the system prompt that comes with them, the schema of the answer, system and turns', () => {
    const tools = [{ name: 'look_up', description: 'Looks up.', input_schema: { type: 'object' as const } }];
    expect(ask(older, { tools })).toBeGreaterThan(ask(older) + 530);
    const schema = { type: 'object', properties: { summary: { type: 'string' } } };
    expect(ask(older, { output_config: { format: { type: 'json_schema', schema } } })).toBeGreaterThan(
      ask(older) + 100,
    );
    expect(ask(older, { system: content })).toBeGreaterThan(ask(older) + realCount(content));
    const turns = [
      { role: 'user', content },
      { role: 'assistant', content },
      { role: 'user', content },
    ];
    expect(ask(older, { messages: turns })).toBeGreaterThan(3 * realCount(content) + 21);
  });
});

describe('a long document', () => {
  it('is one of more tokens than it may have, however few characters they are', () => {
    const amharic = 'የሰው'.repeat(300);
    expect(amharic.length).toBeLessThan(1_000);
    expect(realCount(amharic)).toBeGreaterThan(2_000);
    expect(isLong(amharic, { model: older, foldOver: 1_000 })).toBe(true);
    expect(isLong(amharic, { model: older, foldOver: 10_000 })).toBe(false);
    expect(isLong(amharic, { model: older })).toBe(false);
  });

  it('has parts of so many tokens of the model that reads them', () => {
    expect(tokensInPart({ model: older, foldOver: 1_300 })).toBe(1_300);
    expect(tokensInPart({ model: newer, foldOver: 1_300 })).toBe(1_000);
    const request = { model: newer, maxTokens: 10, system: '', prompt: '', foldOver: 1_000 };
    expect(sizeOf(request, 10_000).parts).toBeGreaterThanOrEqual(20);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, it } from 'vitest';

import type { Tool } from '../../src/contract/tool.js';
import { fanInOf, judgeRequest, synthesisRequest } from '../../src/fold/fan-in.js';
import { withCorrection } from '../../src/model/call/with-correction.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { buildRequest } from '../../src/model/request.js';
import { turnRequest } from '../../src/plan/agent-plan.js';
import { planCompare } from '../../src/plan/compare-plan.js';
import { answerRequest } from '../../src/plan/gather-plan.js';
import { modelOptionsOf } from '../../src/plan/policy.js';
import { planPerspectives } from '../../src/plan/perspectives-plan.js';
import { gapsRequest, planRequest, reportRequest, toolsRequest } from '../../src/plan/research-plan.js';
import { planSummarise } from '../../src/plan/summarise-plan.js';
import { foundReferences, planValidate } from '../../src/plan/validate-plan.js';
import { partPrompt, saidOfPart, wholePrompt } from '../../src/prompts/parts.js';

// The journal is keyed by what was asked: with a changed text everything is asked, and paid for, anew. Change one on purpose only.

const document = { inline: 'The document.' };
const model = modelOptionsOf({ model: 'claude-haiku-4-5' });
const base = { model: 'claude-haiku-4-5', maxTokens: 100 };
const hits = [
  { title: 'One', link: 'https://one.example', text: 'First.' },
  { title: 'Two', link: 'https://two.example', text: 'Second.' },
];
const answers = ['legal', 'technical'].map((key) => ({ key, output: { inline: `About ${key}.` } }));
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };

function messageOf(text: string): ModelMessage {
  return { text, model: base.model, stopReason: 'end_turn', usage } as ModelMessage;
}

it('no request has words of its own outside src/prompts', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const paths = ['src', 'activities', 'workflows'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  const own = paths.filter(
    (path) =>
      path.endsWith('.ts') &&
      !/^src\/(prompts|offline|cli)\//.test(path) &&
      /\b(system|prompt|instruction): [`'"][^`'"]/.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(own).toEqual([]);
});

describe('the prompts stay byte for byte as they are', () => {
  it('of perspectives', () => {
    const perspectives = ['legal', 'technical', 'financial', 'security', 'accessibility'];
    expect(planPerspectives({ document, perspectives }).branches).toMatchSnapshot('perspectives');
  });

  it.each([1, 3])('of summarise, with %i sentences', (sentences) => {
    expect(planSummarise({ documents: [{ key: 'a', text: document }], sentences })).toMatchSnapshot('summaries');
  });

  it('of gather', () => {
    expect(answerRequest({ question: 'Why?', model }, hits, [])).toMatchSnapshot('with all sources');
    expect(answerRequest({ question: 'Why?', model }, hits, ['files', 'web'])).toMatchSnapshot('with sources missing');
  });

  it('of validate', () => {
    const checks = ['grammar', 'facts', 'tone', { name: 'own', criterion: 'It names a date.' }];
    const references = [{ name: 'facts.md', text: { inline: 'A fact.' } }];
    expect(planValidate({ text: 'The text.', document, checks }).asked.branches).toMatchSnapshot('all checks');
    expect(planValidate({ text: 'The text.', document, checks: ['facts'], references }).asked.branches).toMatchSnapshot(
      'facts against references',
    );
    expect(foundReferences(hits)).toMatchSnapshot('what sources found');
  });

  it('of compare', () => {
    const variants = [
      { name: 'short', prompt: 'Say it in short.' },
      { name: 'long', prompt: 'Say it at length.' },
    ];
    expect(planCompare({ variants, document }).branches).toMatchSnapshot('answers');
  });

  it('of research', () => {
    const plan = { question: 'Why?', model, tasks: 3, tools: [] };
    const answered = [{ key: 'task-1', question: 'When?', answer: 'Then [1].' }];
    expect(planRequest(plan)).toMatchSnapshot('plan');
    expect(toolsRequest(plan, 'When?')).toMatchSnapshot('tools');
    expect(gapsRequest(plan, answered, 'mark')).toMatchSnapshot('gaps');
    expect(reportRequest(plan, answered, [], 'mark')).toMatchSnapshot('report');
    expect(reportRequest(plan, answered, ['Where?', 'Who?'], 'mark')).toMatchSnapshot('report with questions open');
  });

  it('of an agent', () => {
    const tools: Tool[] = [
      { name: 'add', description: 'Adds.', inputSchema: { type: 'object' }, by: { kind: 'calculator' } },
    ];
    const request = turnRequest({ task: 'Add.', tools, model }, [], true);
    const turns: MessageParam[] = [
      { role: 'assistant', content: 'I add.' },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '3' }] },
    ];
    expect(request).toMatchSnapshot('last turn');
    expect(buildRequest(request, undefined, undefined, turns)).toMatchSnapshot('last turn as sent');
  });

  it('of the fan-in', () => {
    for (const fanIn of ['select', 'synthesise'] as const) expect(fanInOf({ fanIn })).toMatchSnapshot('criteria');
    const mark = 'mark';
    expect(synthesisRequest(base, { answers, missing: [], criteria: 'All.', mark })).toMatchSnapshot('synthesis');
    expect(synthesisRequest(base, { answers, missing: ['security'], criteria: 'All.', mark })).toMatchSnapshot(
      'synthesis with one missing',
    );
    expect(judgeRequest(base, { answers, criteria: 'The best?', mark })).toMatchSnapshot('judge');
  });

  it('of a document that is read in parts', () => {
    const task = 'Summarise the document.';
    const asked = [
      { text: 'one', task: partPrompt(1, 2, task) },
      { text: 'two', task: partPrompt(2, 2, task) },
      { text: saidOfPart(1, 2, 'Said of one.') + saidOfPart(2, 2, 'Said of two.'), task: wholePrompt(2, task) },
    ];
    expect(asked).toMatchSnapshot('parts');
  });

  it('of the correction of an answer that does not fit', async () => {
    const asked: MessageParam[][] = [];
    const body = { model: base.model, max_tokens: 10, messages: [{ role: 'user' as const, content: 'Why?' }] };
    await withCorrection(body, { wire: {}, fit: async () => ({ misfit: undefined }) }, async ({ messages }) => {
      asked.push(messages);
      return messageOf('no JSON');
    });
    expect(asked).toMatchSnapshot('correction');
  });
});

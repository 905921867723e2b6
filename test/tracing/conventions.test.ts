import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { inToolSpan } from '../../activities/tools/tool-span.js';
import { genAiSchemaUrl } from '../../src/model/call/gen-ai-tracer.js';
import { ModelSpan } from '../../src/model/call/model-span.js';
import { Secrets } from '../../src/secrets/index.js';
import { root } from '../support/fanfold.js';

const exporter = new InMemorySpanExporter();
const page = readFileSync(join(root, 'docs', 'observe.md'), 'utf8');

beforeAll(() => new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register());
beforeEach(() => exporter.reset());
// Other files share the process.
afterAll(() => [trace, context, propagation].forEach((api) => api.disable()));

const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2 };
const pdf = { type: 'base64' as const, media_type: 'application/pdf' as const, data: 'QUFB' };
const body: MessageCreateParamsNonStreaming & Record<'temperature' | 'top_p' | 'top_k', number> = {
  model: 'claude-sonnet-5-5',
  max_tokens: 2_000,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 5,
  system: 'Be brief.',
  tools: [
    { name: 'look', description: 'Looks.', input_schema: { type: 'object' } },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'document', source: pdf },
        { type: 'text', text: 'Read.' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'tool_use', id: 't1', name: 'look', input: { at: 1 } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'Seen.' }] },
  ],
  output_config: { format: { type: 'json_schema', schema: {} } },
};

/** Asks with all that a span can tell of. */
function ask(withContent: boolean): Record<string, unknown> {
  const span = new ModelSpan('https://api.example.com', body, withContent, true);
  span.begun();
  const content = [
    { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
    { type: 'text', text: 'Done.' },
  ];
  span.answered(
    { text: 'Done.', content, stopReason: 'end_turn', refusal: undefined, model: body.model, usage },
    'msg_1',
  );
  span.failed({ status: 500 });
  span.end({ usage });
  return only().attributes;
}

async function call(env: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  const failing = inToolSpan('look', { at: 1 }, { env, secrets: new Secrets() }, async () => {
    throw Object.assign(new Error('closed'), { type: 'ToolFailed' });
  });
  await expect(failing).rejects.toThrow('closed');
  await inToolSpan('look', { at: 1 }, { env, secrets: new Secrets() }, async () => 'Seen.');
  const [failed, done] = exporter.getFinishedSpans();
  return { ...failed!.attributes, ...done!.attributes };
}

function only(): ReadableSpan {
  const [span, ...others] = exporter.getFinishedSpans();
  expect(others).toEqual([]);
  return span!;
}

const telling = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' };

/** The attributes that the page has for spans of that name, those of contents apart. */
function documented(name: string): { always: string[]; told: string[] } {
  const rows = [...page.matchAll(/^\| `([a-z_.]+)` \| ([^|]*) \| ([^|]*) \|/gm)].filter(([, , spans]) =>
    spans!.includes(name),
  );
  const isTold = (row: RegExpExecArray): boolean => row[3]!.includes('where contents are captured');
  return {
    always: rows.filter((row) => !isTold(row)).map(([, key]) => key!),
    told: rows.filter(isTold).map(([, key]) => key!),
  };
}

describe('the conventions for generative AI', () => {
  it('are those of the version that the page names, and every span says so', () => {
    ask(false);
    expect(only().instrumentationLibrary).toMatchObject({ name: 'fanfold', schemaUrl: genAiSchemaUrl });
    expect(page).toContain(genAiSchemaUrl);
  });

  it.each([
    ['chat', async (content: boolean) => ask(content)],
    ['execute_tool', async (content: boolean) => call(content ? telling : {})],
  ])('give spans `%s` the attributes that the page lists, no more and no fewer', async (name, attributesOf) => {
    const { always, told } = documented(name);
    expect(Object.keys(await attributesOf(false)).toSorted()).toEqual(always.toSorted());
    exporter.reset();
    expect(Object.keys(await attributesOf(true)).toSorted()).toEqual([...always, ...told].toSorted());
  });

  it('say how long the first of a stream took, and nothing of streams where there is none', () => {
    expect(ask(false)['gen_ai.response.time_to_first_chunk']).toEqual(expect.any(Number));
    exporter.reset();
    const span = new ModelSpan('https://api.example.com', body, false, false);
    span.begun();
    span.end({ usage });
    expect(Object.keys(only().attributes).filter((key) => /stream|first_chunk/.test(key))).toEqual([]);
  });

  it('give messages, tools and instructions the form of their schemas, a file being its size', () => {
    const attributes = ask(true);
    const read = (key: string): unknown => JSON.parse(attributes[key] as string);
    expect(read('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
    expect(read('gen_ai.tool.definitions')).toEqual([
      { type: 'function', name: 'look' },
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
    expect(read('gen_ai.input.messages')).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: '(4 characters of base64)' },
          { type: 'text', content: 'Read.' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          { type: 'tool_call', id: 't1', name: 'look', arguments: { at: 1 } },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 't1', response: 'Seen.' }] },
    ]);
    expect(read('gen_ai.output.messages')).toEqual([
      {
        role: 'assistant',
        parts: [
          {
            type: 'server_tool_call',
            id: 's1',
            name: 'web_search',
            server_tool_call: { type: 'web_search', arguments: { query: 'x' } },
          },
          { type: 'text', content: 'Done.' },
        ],
        finish_reason: 'end_turn',
      },
    ]);
  });
});

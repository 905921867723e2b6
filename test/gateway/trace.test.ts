import Anthropic from '@anthropic-ai/sdk';
import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { GatewayDesk, questionAbout, Try } from './desk.js';

const exporter = new InMemorySpanExporter();
const question = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'The rent is 900 euros. What is the rent?' }],
};

beforeAll(() => new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register());
beforeEach(() => exporter.reset());
// Other files share the process.
afterAll(() => [trace, context, propagation].forEach((api) => api.disable()));

const calls = () => exporter.getFinishedSpans().filter(({ name }) => name.startsWith('chat '));

it('puts a call of the gateway below the span of the branch that asks', async () => {
  const worker = await (await GatewayDesk.open()).worker();
  const asker = await trace.getTracer('test').startActiveSpan('branch legal', async (span) => {
    await new Try(worker, questionAbout('traced')).answer;
    span.end();
    return span.spanContext();
  });
  expect(calls()).toMatchObject([{ parentSpanId: asker.spanId }]);
  expect(calls()[0]!.spanContext().traceId).toBe(asker.traceId);
});

it.each(['off', 'on'])('puts a call for another program below the span that it names, journal %s', async (journal) => {
  const { address } = await GatewayDesk.open();
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const headers = { traceparent, 'fanfold-journal': journal };
  const { usage } = await new Anthropic({ baseURL: address, apiKey: 'none', openTelemetry: false }).messages.create(
    question,
    { headers },
  );
  expect(calls()).toMatchObject([
    {
      parentSpanId: 'b'.repeat(16),
      attributes: {
        'gen_ai.request.model': question.model,
        'gen_ai.usage.input_tokens': usage.input_tokens,
        'gen_ai.usage.output_tokens': usage.output_tokens,
      },
    },
  ]);
});

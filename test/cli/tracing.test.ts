import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';
import { pngOf } from '../support/images.js';
import { patienceMs } from '../support/patience.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
}

const kindClient = 3;

let desk: Desk;
let collector: ReturnType<typeof createServer>;
let env: NodeJS.ProcessEnv;
let sent = '';
const spans: Span[] = [];
const services = new Set<unknown>();

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      sent += body;
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        services.add(attributesOf(resource)['service.name']);
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
  await desk.serve({ env });
});

afterAll(async () => {
  await desk.close();
  collector.close();
});

function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function named(name: string, traceId?: string): Span[] {
  return spans.filter((span) => span.name === name && (traceId === undefined || span.traceId === traceId));
}

/** Names of the span and of all that it belongs to, outermost last. */
function lineOf(span: Span): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent === undefined ? [] : lineOf(parent))];
}

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  let run: Run;

  beforeAll(async () => {
    desk.model.script({ match: /perspective: shaky/, fault: { kind: 'status', status: 500 }, times: 1 });
    // A process of its own: who traces is one for a process.
    const words = ['perspectives', '-', '--perspectives', 'legal,shaky', '--id', 'traced', '--json'];
    const { stdout } = await desk.start(words, { stdin: 'The customer ZANZIBAR pays.', env }).ended;
    run = JSON.parse(stdout) as Run;
    while (named('chat claude-sonnet-5-5').length < 3 || named('RunWorkflow:perspectives').length < 1) await sleep(20);
  });

  it('is one trace from the command to each model call', () => {
    expect(run.status).toBe('complete');
    const [command] = named('fanfold perspectives');
    const calls = named('chat claude-sonnet-5-5', command?.traceId);
    expect(calls).toHaveLength(3);
    for (const call of calls) {
      const line = lineOf(call);
      expect(line.slice(1)).toEqual([
        expect.stringMatching(/^branch (legal|shaky)$/),
        'RunActivity:askModel',
        'StartActivity:askModel',
        'RunWorkflow:perspectives',
        'StartWorkflow:perspectives',
        'fanfold perspectives',
      ]);
    }
    expect([...services]).toEqual(['fanfold']);
  });

  it('describes a call by the conventions for generative AI', () => {
    const [call] = named('chat claude-sonnet-5-5').filter((span) => !('error.type' in attributesOf(span)));
    expect(call?.kind).toBe(kindClient);
    expect(attributesOf(call!)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5-5',
      'gen_ai.response.model': 'claude-sonnet-5-5',
      'gen_ai.usage.input_tokens': expect.anything(),
      'gen_ai.usage.output_tokens': expect.anything(),
      'server.address': '127.0.0.1',
      'server.port': expect.anything(),
    });
  });

  it('has each try of a branch with what came of it, and names the error of one that failed', () => {
    const tries = named('branch shaky').map(attributesOf);
    expect(tries.map((attributes) => [attributes['fanfold.branch.status'], attributes['error.type']])).toEqual([
      [undefined, expect.any(String)],
      ['ok', undefined],
    ]);
    const failed = named('chat claude-sonnet-5-5')
      .map(attributesOf)
      .find((attributes) => 'error.type' in attributes);
    expect(failed?.['error.type']).toBe('500');
  });

  it('says nothing of what was asked and answered, and nothing secret, unless told to', async () => {
    expect(sent).not.toContain('ZANZIBAR');
    expect(sent).not.toContain('sk-ant');
  });
});

it('holds prompts and answers where OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT says so', async () => {
  const open = await Desk.open();
  try {
    const telling = { ...env, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' };
    await open.json(['perspectives', '-', '--perspectives', 'legal'], {
      stdin: 'The MADAGASCAR clause.',
      env: telling,
    });
    await vi.waitFor(() => expect(sent).toContain('gen_ai.output.messages'), patienceMs);
    expect(sent).toContain('MADAGASCAR');
    const photo = pngOf(70, 30);
    await open.json(['perspectives', '-', '--perspectives', 'legal'], { stdin: photo, env: telling });
    await vi.waitFor(() => expect(sent).toContain('characters of base64'), patienceMs);
    expect(sent).not.toContain(photo.toString('base64').slice(20, 60));
  } finally {
    await open.close();
  }
});

it('logs as JSON, with run, branch and trace of each entry, and nothing of what was asked', async () => {
  const logging = await Desk.open();
  try {
    const worker = logging.start(['worker'], { env: { ...env, FANFOLD_LOG: 'info', FANFOLD_LOG_FORMAT: 'json' } });
    await worker.said(/ serves /);
    // A process sends its spans when it ends.
    const words = ['perspectives', '-', '--perspectives', 'legal', '--id', 'logged'];
    await logging.start(words, { stdin: 'The MADRID clause.', env }).ended;
    await worker.said(/Branch ended/);
    const entries = worker.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.every(({ time, level, message }) => Boolean(time && level && message))).toBe(true);
    expect(entries.find(({ message }) => message === 'Branch ended')).toMatchObject({
      level: 'info',
      workflowId: 'logged',
      activityId: 'legal',
      branch: 'legal',
      status: 'ok',
      attempts: 1,
      trace_id: named('fanfold perspectives').at(-1)?.traceId ?? expect.any(String),
    });
    expect(worker.stderr).not.toContain('MADRID');
  } finally {
    await logging.close();
  }
});

it.each([
  [{ FANFOLD_LOG: 'loud' }, 'Expected `FANFOLD_LOG` to be one of'],
  [{ FANFOLD_LOG_FORMAT: 'xml' }, 'Expected `FANFOLD_LOG_FORMAT` to be one of text, json, got `xml`'],
])('refuses %j', async (given, message) => {
  const { code, stderr } = await desk.fanfold(['worker'], { env: given });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

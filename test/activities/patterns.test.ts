import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { createActivities } from '../../activities/index.js';
import type { Answer } from '../../src/contract/model-call.js';
import type { CpuPool as Pool } from '../../src/cpu/index.js';
import { openJournal } from '../../src/journal/index.js';
import { shortLimitMs, slowPattern, slowText } from '../support/slow-pattern.js';
import { CpuPool, openDesk } from './asking.js';
import { digestOf } from '../../src/tools/tool-registry.js';
import type { PolicyRules } from '../../src/tools/index.js';

let cpu: Pool;

beforeAll(async () => {
  cpu = new CpuPool(2, { eachMs: shortLimitMs });
  await cpu.runPattern('findPattern', { text: '', pattern: 'x' }, 'warm');
});

afterAll(() => cpu.close());

const place = { index: 0, queuedAtMs: Date.now() };

async function activities(policy: PolicyRules = {}) {
  const { store, model } = await openDesk();
  return createActivities({ store, cpu, policy, offlineModelUrl: async () => model.url });
}

function run<Call>(activity: (call: Call) => Promise<Answer>, call: Call): Promise<Answer> {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(activity, call);
}

async function failureOf(answer: Promise<Answer>): Promise<ApplicationFailure> {
  const failure: unknown = await answer.then(({ status }) => new Error(`It is ${status}.`)).catch((error) => error);
  if (!(failure instanceof ApplicationFailure)) throw failure;
  return failure;
}

describe('a pattern of a check', () => {
  it('that takes too long is timed out, is not tried again, and holds up no other', async () => {
    const { findPattern } = await activities();
    const find = (key: string, pattern: string) =>
      run(findPattern, { ...place, key, text: { inline: slowText }, pattern });
    const [slow, quick] = await Promise.all([failureOf(find('greedy', slowPattern)), find('plain', 'a+')]);
    expect(slow).toMatchObject({ type: 'TimedOut', nonRetryable: true });
    expect(slow.message).toMatch(
      /^The pattern of `greedy` took longer than a pattern may, and was stopped after \d+ ms\.$/,
    );
    expect(quick).toMatchObject({ status: 'ok', output: { inline: [{ quote: 'a'.repeat(28), at: 0 }] } });
  });

  it('that is none fails once and for all', async () => {
    const { findPattern } = await activities();
    const failure = await failureOf(run(findPattern, { ...place, key: 'open', text: { inline: '' }, pattern: '(' }));
    expect(failure).toMatchObject({ type: 'BadInput', nonRetryable: true });
  });
});

describe('a JSONPath of a source', () => {
  async function found(hits: string): Promise<Answer> {
    const body = JSON.stringify({ results: [{ title: slowText, url: 'https://example.org' }] });
    const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const url = `http://${host}/`;
    const parts = { title: '$.title', link: '$.url', text: '$.title' };
    const source = { kind: 'http' as const, name: 'wiki', url, hits, ...parts, private: true };
    const { searchSource } = await activities({ privateHosts: [host] });
    return run(searchSource, { ...place, key: 'wiki', question: 'notice', source });
  }

  it('that takes too long is timed out, and is not tried again', async () => {
    const failure = await failureOf(found(`$.results[?search(@.title, '^(a+)+$')]`));
    expect(failure).toMatchObject({ type: 'TimedOut', nonRetryable: true });
  });

  it('that is none fails once and for all', async () => {
    expect(await failureOf(found('results['))).toMatchObject({ type: 'SourceFailed', nonRetryable: true });
  });

  it('finds what it found before', async () => {
    const { output } = await found(`$.results[?search(@.url, 'example')]`);
    expect(output).toMatchObject({ inline: { hits: [{ link: 'https://example.org' }] } });
  });
});

describe("a pattern of a schema, over a model's answer", () => {
  const schema = (pattern: string) => ({
    type: 'object',
    properties: { name: { type: 'string', pattern } },
    required: ['name'],
    additionalProperties: false,
  });
  const script = [{ fault: { kind: 'answer-json' as const, value: { name: slowText } } }];

  it('that takes too long leaves the answer invalid and shown, and nobody is asked again', async () => {
    const { ask, model } = await openDesk({ script }, { cpu });
    const [slow, plain] = await Promise.all([
      ask({ request: { outputSchema: schema(slowPattern) } }).answer,
      ask({ key: 'plain', request: { prompt: 'Another?', outputSchema: schema('^a+b$') } }).answer,
    ]);
    expect(slow).toMatchObject({ status: 'invalid', output: { inline: { name: slowText } } });
    expect(slow.error).toMatchObject({ type: 'InvalidAnswer' });
    expect(slow.error?.message).toMatch(/^Nobody knows whether the answer fits the schema\. Checking it took longer/);
    expect(plain).toMatchObject({ status: 'ok', output: { inline: { name: slowText } } });
    expect(model.total).toBe(2);
  });

  it('is kept in the journal: it has been paid for', async () => {
    const home = await mkdtemp(join(tmpdir(), 'fanfold-patterns-'));
    const journal = await openJournal({ home });
    onTestFinished(async () => {
      await journal.close();
      await rm(home, { recursive: true });
    });
    const { ask, model } = await openDesk({ script }, { cpu, journal });
    const request = { outputSchema: schema(slowPattern) };
    await ask({ request }).answer;
    expect(await ask({ key: 'again', request }).answer).toMatchObject({ status: 'invalid', output: { inline: {} } });
    expect(model.total).toBe(1);
  });

  it('is told to the model where the answer does not fit it, as ever', async () => {
    const { ask, model } = await openDesk({ script }, { cpu });
    const { status, error } = await ask({ request: { outputSchema: schema('^b') } }).answer;
    expect([status, error?.message]).toEqual([
      'invalid',
      expect.stringContaining('at /name: it must match pattern "^b"'),
    ]);
    expect(model.total).toBe(2);
  });
});

describe('a pattern of a schema, over what a model gives a tool', () => {
  it("of a module is tried in a thread first, and the module's own check never comes to it", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fanfold-patterns-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const module = join(directory, 'tools.mjs');
    const shape = `z.object({ name: z.string().regex(/${slowPattern}/) })`;
    const greeting = `async run({ name }) { return 'Hello ' + name; }`;
    await writeFile(
      module,
      `import * as z from 'zod';\nexport default [{ name: 'greet', description: 'Greets.', input: ${shape}, ${greeting} }];`,
    );
    const { store } = await openDesk();
    const policy = { tools: [module] };
    const { callTool } = createActivities({ store, cpu, policy, offlineModelUrl: async () => '' });
    const by = { kind: 'registered' as const, sha256: digestOf({ module }), tool: 'greet' };
    const tool = { name: 'greet', description: 'Greets.', inputSchema: { type: 'object' }, by };
    const greet = (name: string) =>
      run(callTool, { ...place, key: 'call', tool, input: { inline: { name } }, inlineBytes: 1_000 });
    expect(await greet('aaa')).toMatchObject({ output: { inline: 'Hello aaa' } });
    expect(await failureOf(greet(slowText))).toMatchObject({ type: 'TimedOut', nonRetryable: true });
  });

  it('that takes too long ends the call, and is not tried again', async () => {
    const { callTool } = await activities();
    const inputSchema = { type: 'object', properties: { expression: { type: 'string', pattern: slowPattern } } };
    const tool = { name: 'calculator', description: 'Calculates.', inputSchema, by: { kind: 'calculator' as const } };
    const input = { inline: { expression: slowText } };
    const failure = await failureOf(run(callTool, { ...place, key: 'call', tool, input, inlineBytes: 1_000 }));
    expect(failure).toMatchObject({ type: 'TimedOut', nonRetryable: true });
  });
});

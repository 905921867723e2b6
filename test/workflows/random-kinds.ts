import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import type { SourceCall, ToolCall } from '../../src/contract/activities.js';
import type { Answer, ModelCall } from '../../src/contract/model-call.js';
import type { Kind } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { Tool } from '../../src/contract/tool.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { done, FakeLanes } from './fake-lanes.js';

/** Numbers from 0 to below 1. */
export type Next = () => number;

/** What is run: a kind, its input, and the model in front of it. */
export interface Play {
  kind: Kind;
  input: object;
  model: FakeModel;
  /** Keys of the branches in the order of the result; `undefined` where the run finds its branches itself. */
  keys?: readonly string[];
  /** Branches in lanes, which the result only counts. */
  lanes?: number;
}

type Make = (names: readonly string[], next: Next) => Play;

/** A model whose answers have the form that the kind wants. */
class FormedModel extends FakeModel {
  constructor(form: (call: ModelCall) => Partial<Answer>) {
    super();
    const { askModel } = this.activities;
    const formed = async (call: ModelCall) => ({ ...(await askModel(call)), ...form(call) });
    Object.assign(this.activities, { askModel: formed });
  }
}

const tool: Tool = { name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, by: { kind: 'time' } };
const asks: Tool = { ...tool, name: 'ask', changes: true };

const fanOuts: readonly ((count: number) => object)[] = [
  () => ({}),
  () => ({ join: 'all' }),
  () => ({ join: 'first' }),
  (count) => ({ join: 'quorum', quorum: Math.ceil(count / 2) }),
  () => ({ join: 'settled', deadlineMs: 150 }),
  () => ({ deadlineMs: 150, late: 'amend' }),
  () => ({ concurrency: 1 }),
  () => ({ concurrency: 2, deadlineMs: 400, late: 'amend' }),
];

const ofPerspectives: typeof fanOuts = [
  ...fanOuts,
  (count) => ({ budget: { usd: 0.05, boundsUsd: Array(count).fill(0.02) } }),
  () => ({ fanIn: 'synthesise' }),
];

function one<T>(of: readonly T[], next: Next): T {
  return of[Math.floor(next() * of.length)]!;
}

/** Kinds by what is drawn for each: branches of these names, where the kind lets its input name them. */
export const plays = {
  perspectives: (keys, next) => {
    const input = { document: { inline: 'A document.' }, perspectives: keys, searchable: true };
    const options = one(ofPerspectives, next)(keys.length);
    return { kind: 'perspectives', keys, model: new FakeModel(), input: { ...input, ...options } };
  },
  summarise: (keys, next) => {
    const documents = keys.map((key) => ({ key, text: { inline: `Document ${key}.` } }));
    return {
      kind: 'summarise',
      keys,
      model: new FakeModel(),
      input: { documents, ...one(fanOuts, next)(keys.length) },
    };
  },
  lanes: (_, next) => {
    const model = new FakeLanes(async (lane) => {
      const { cancelled, heartbeat } = beating();
      const patience = new Promise((later) => setTimeout(later, next() * 300));
      await Promise.race([patience, cancelled.catch(() => {})]).finally(() => clearInterval(heartbeat));
      if (next() < 0.1) throw ApplicationFailure.create({ message: 'The worker died.', nextRetryDelay: '1ms' });
      return done(lane);
    });
    const chunks = Array.from({ length: 6 }, (__, at) => ({ sha256: `chunk-${at}`, bytes: 1, count: 10 }));
    return { kind: 'summarise', lanes: 60, model, input: { chunks, concurrency: 8, ...one(fanOuts, next)(60) } };
  },
  map: (keys, next) => {
    const rows = keys.map((key) => ({ key, fields: { text: `Row ${key}.` } }));
    const input = { rows, prompt: 'Read {{ text }}', ...one(fanOuts, next)(keys.length) };
    return { kind: 'map', keys, model: new FakeModel(), input };
  },
  compare: (keys, next) => {
    const variants = keys.map((name) => ({ name, prompt: `Say it like ${name}.` }));
    const best = next() < 0.5 ? { best: 'vote' } : {};
    return {
      kind: 'compare',
      keys,
      model: new FakeModel(),
      input: { variants, ...best, ...one(fanOuts, next)(keys.length) },
    };
  },
  validate: (keys, next) => {
    const checks = keys.map((name) => ({ name, criterion: `It is like ${name}.` }));
    const model = new FormedModel(() => ({ output: { inline: { findings: [] } } }));
    const input = { text: 'A text.', document: { inline: 'A text.' }, checks, ...one(fanOuts, next)(keys.length) };
    return { kind: 'validate', keys, model, input };
  },
  graph: (keys, next) => {
    const needs = keys.map((_, at) => keys.slice(0, at).filter(() => next() < 0.4));
    // A node that leads nowhere would be refused.
    needs.splice(
      -1,
      1,
      keys.slice(0, -1).filter((key) => !needs.slice(0, -1).flat().includes(key)),
    );
    const nodes = keys.map((key, at) => {
      const own = needs[at]!;
      return [key, { prompt: ['On', ...own.map((each) => `{{ ${each} }}`)].join(' '), needs: own }];
    });
    const flow = { nodes: Object.fromEntries(nodes), output: keys.at(-1) };
    return { kind: 'graph', keys, model: new FakeModel(), input: { flow, values: {} } };
  },
  gather: (keys, next) => {
    const input = { question: 'What is owed?', sources: keys.map((key) => sourceOf(key, next)), answer: next() < 0.5 };
    return { kind: 'gather', keys, model: new FakeModel(), input: { ...input, ...one(fanOuts, next)(keys.length) } };
  },
  research: (keys, next) => {
    const model = new FormedModel(({ key }) => {
      if (key === 'plan') return { output: { inline: { questions: ['Who owes?', 'What is owed?'] } } };
      if (key.startsWith('gaps')) return { output: { inline: { gaps: ['When is it owed?'] } } };
      return { output: { inline: `The answer of ${key} [1].` } };
    });
    const sources = keys.slice(0, 2).map((key) => sourceOf(key, next));
    return { kind: 'research', model: model, input: { question: 'Who owes what?', sources, rounds: 2 } };
  },
  agent: (keys, next) => {
    const model = new FakeModel();
    for (const [at, key] of keys.entries()) {
      const calls = keys.map((name, place) => ({
        id: `call-${key}-${place}`,
        name: next() < 0.2 ? 'ask' : 'look',
        input: { inline: { name, how: one(manners, next) } },
      }));
      const turn = { turn: { content: { inline: calls }, calls } };
      model.script(`turn-${at + 1}`, async (call) => answerOf(call, call.request.lastTurn ? {} : turn));
    }
    const input = {
      task: 'Look',
      tools: [tool, asks],
      approvalMs: 60_000,
      turnsPerExecution: 1 + Math.floor(next() * 3),
    };
    return { kind: 'agent', model: model, input };
  },
} satisfies Record<string, Make>;

const manners = ['answers', 'answers', 'fails', 'slow'] as const;

/** A source whose folder tells how it behaves. */
function sourceOf(name: string, next: Next): object {
  return { name, kind: 'files', folder: `/${one(manners, next)}` };
}

function beating() {
  const context = Context.current();
  return { cancelled: context.cancelled, heartbeat: setInterval(() => context.heartbeat(), 200) };
}

/** What comes of a search or a tool, by its manner; `slow` takes longer than most of what is done to its run. */
async function ended(manner: string, inline: unknown): Promise<Answer> {
  if (manner === 'fails')
    throw ApplicationFailure.create({ type: 'SourceFailed', nonRetryable: true, details: [noLedger] });
  if (manner === 'slow') {
    const { cancelled, heartbeat } = beating();
    const later = new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.race([later, cancelled]).finally(() => clearInterval(heartbeat));
  }
  const ledger = { ...noLedger, attempts: 1, startedAtMs: Date.now() };
  return { status: 'ok', output: { inline }, model: '', reused: false, savedUsd: 0, ledger, finishedAtMs: Date.now() };
}

/** What is no question to a model: searches and tools. */
export const others = {
  searchSource: ({ source, key }: SourceCall) => {
    const hit = { title: key, link: `${key}.md`, text: 'The customer owes 100 euros.' };
    return ended('folder' in source ? source.folder.slice(1) : '', { hits: [hit] });
  },
  callTool: ({ input }: ToolCall) => {
    const { how } = 'inline' in input ? (input.inline as { how: string }) : { how: 'answers' };
    return ended(how, `saw ${how}`);
  },
};

import { formatDuration } from '../contract/duration.js';
import { isFile } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import type { AskedPrompt, NamedText } from '../contract/reported.js';
import type { Policy } from '../contract/options.js';
import type { Stored } from '../contract/stored.js';
import { priorityIn } from '../contract/priority.js';
import { kindOf } from './kinds.js';
import { planCompare } from './compare-plan.js';
import type { FanOutPlan } from './fan-out-plan.js';
import type { GraphInput } from './graph/flow.js';
import { planGraph } from './graph/graph-plan.js';
import type { MapInput } from './map-plan.js';
import { planPerspectives } from './perspectives-plan.js';
import { planSummarise } from './summarise-plan.js';
import { planValidate } from './validate-plan.js';

/** What a run's input says that it is asked. */
export interface AskedInput {
  question?: string;
  prompts: readonly AskedPrompt[];
  title?: string;
  document?: StoredDocument | Stored<unknown>;
  facts: readonly NamedText[];
}

/** Inputs of fanfold's kinds, as far as a reader is told of them. */
interface Told {
  title?: string;
  document?: StoredDocument;
  documents?: readonly { key: string }[];
  question?: string;
  task?: string;
  prompt?: string;
  variants?: readonly { prompt: string }[];
  system?: string;
  model?: string;
  models?: readonly string[];
  sources?: readonly { name: string }[];
  tools?: readonly { name: string }[];
  allow?: readonly string[];
  samples?: number;
  criteria?: string;
  values?: GraphInput['values'];
}

/** What a run was asked, from its input. What cannot be planned has only its own words. */
export function askedIn(kind: string, input: unknown, policy: Policy | null): AskedInput {
  if (kindOf(kind) === undefined) return { prompts: [], facts: [], question: textOf(input) };
  const told = input as Told;
  const prompts = promptsOf(kind, told);
  const models = [...new Set(prompts.flatMap(({ model }) => model ?? []))];
  const question = told.question ?? told.task ?? (kind === 'map' ? told.prompt : onlyPrompt(told));
  const given = documentOf(told);
  return {
    ...(question !== undefined && { question }),
    prompts,
    ...given,
    facts: [
      ...fact(
        'models asked',
        models.length > 0 ? models : (told.models ?? (told.model === undefined ? [] : [told.model])),
      ),
      ...fact('system prompt', told.system === undefined ? [] : [told.system]),
      ...fact('documents', told.documents === undefined ? [] : [String(told.documents.length)]),
      ...fact(
        'inputs',
        Object.entries(told.values ?? {}).map(([name, value]) => `${name} = ${shortOf(value)}`),
      ),
      ...fact(
        'sources',
        (told.sources ?? []).map(({ name }) => name),
      ),
      ...fact(
        'tools',
        (told.tools ?? []).map(({ name }) => name),
      ),
      ...fact('tools allowed beforehand', told.allow ?? []),
      ...fact('priority', priorityIn(input) === undefined ? [] : [String(priorityIn(input))]),
      ...fact('samples', told.samples === undefined ? [] : [String(told.samples)]),
      ...fact('criteria', told.criteria === undefined ? [] : [told.criteria]),
      ...(policy === null ? [] : policyFacts(policy, kind === 'graph' ? spared(input as GraphInput) : [])),
    ],
  };
}

/** What somebody's own workflow was given. */
function textOf(input: unknown): string {
  return typeof input === 'string' ? input : (JSON.stringify(input, null, 2) ?? '');
}

/** The prompt of a comparison that has one only. */
function onlyPrompt({ variants = [] }: Told): string | undefined {
  return variants.length === 1 ? variants[0]?.prompt : undefined;
}

function fact(name: string, values: readonly string[]): NamedText[] {
  return values.length === 0 ? [] : [{ name, value: values.join(', ') }];
}

/** Nodes of a graph without which it goes on, each with its `onError`. */
function spared({ flow }: GraphInput): string[] {
  return Object.entries(flow.nodes).flatMap(([key, { onError = 'fail' }]) =>
    onError === 'fail' ? [] : [`${key} (${onError})`],
  );
}

/**
 * A policy in words.
 *
 * @param sparedNodes those that need not be ok, of a graph
 */
function policyFacts(
  { join, needed, deadlineMs, late, timeoutMs, attempts, concurrency, hedge, budget, economy }: Policy,
  sparedNodes: readonly string[],
): NamedText[] {
  const policy = [
    join === 'all'
      ? `all branches must be ok${sparedNodes.length === 0 ? '' : ` but ${sparedNodes.join(', ')}`}`
      : join === 'quorum'
        ? `a quorum of ${needed}`
        : join === 'first'
          ? 'the first that is ok'
          : 'every branch ends in its own way',
    ...(join === 'settled' && needed > 1 ? [`at least ${needed} ok`] : []),
    ...(deadlineMs === null ? [] : [`deadline ${formatDuration(deadlineMs)}`]),
    ...(late === 'amend' ? ['late branches amend the answer'] : []),
    ...(hedge ? ['slow branches are asked twice'] : []),
    ...(economy ? ['Message Batches'] : []),
  ];
  return [
    { name: 'policy', value: policy.join(', ') },
    {
      name: 'each branch',
      value: `at most ${formatDuration(timeoutMs)} and ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, ${concurrency} at once`,
    },
    ...(budget === null ? [] : [{ name: 'budget', value: `$${budget.usd}` }]),
  ];
}

function shortOf(value: Stored<unknown> | StoredDocument): string {
  if (isFile(value)) return value.name;
  if (!('inline' in value)) return `a text of ${value.bytes.toLocaleString('en')} bytes`;
  const text = typeof value.inline === 'string' ? value.inline : JSON.stringify(value.inline);
  return text.length > 100 ? `a text of ${text.length.toLocaleString('en')} characters` : text;
}

/** The document of a run; of a graph with one input that is a text, that text. */
function documentOf({ title, document, values = {} }: Told): Pick<AskedInput, 'title' | 'document'> {
  if (document !== undefined) return { document, ...(title !== undefined && { title }) };
  const [only, ...others] = Object.entries(values).filter(([, value]) => isText(value));
  return only === undefined || others.length > 0 ? {} : { title: `the input ${only[0]}`, document: only[1] };
}

function isText(value: Stored<unknown> | StoredDocument): boolean {
  return isFile(value) || !('inline' in value) || (typeof value.inline === 'string' && value.inline.length > 100);
}

/** The prompt of each branch, where the plan knows it. */
function promptsOf(kind: string, input: object): AskedPrompt[] {
  try {
    switch (kind) {
      case 'perspectives':
        return ofBranches(planPerspectives(input as never));
      case 'compare':
        return ofBranches(planCompare(input as never));
      case 'validate':
        return ofBranches(planValidate(input as never).asked);
      case 'graph':
        return planGraph(input as never).nodes.map(({ key, model, prompt }) => ({ key, model, text: prompt }));
      case 'summarise': {
        // All documents have one prompt.
        const plan = planSummarise(input as never);
        const request = 'wide' in plan ? plan.wide.template : plan.direct.branches[0]?.request;
        return request === undefined ? [] : [{ key: 'each document', model: request.model, text: request.prompt }];
      }
      default:
        return [];
    }
  } catch {
    return [];
  }
}

function ofBranches({ branches }: FanOutPlan): AskedPrompt[] {
  return branches.map(({ key, request }) => ({
    key,
    model: request.model,
    text: request.promptParts?.filter((part) => typeof part === 'string').join('\n') ?? request.prompt,
  }));
}

/** The columns of each row that travels in the input, by its key. */
export function askedRows({ rows = [] }: Pick<MapInput, 'rows'>): { [key: string]: { [column: string]: unknown } } {
  return Object.fromEntries(rows.map(({ key, fields = {} }) => [key, fields]));
}

import type { StoredBranch } from '../../src/contract/branch.js';
import type { WantedCall } from '../../src/contract/model-request.js';
import type { ServerTool } from '../../src/contract/server-tool.js';
import type { Hit } from '../../src/contract/source.js';
import { isInStore } from '../../src/contract/stored.js';
import type { RankedHit } from '../../src/fold/hits.js';
import type { ResearchBranch } from '../../src/plan/research-plan.js';
import { hitsOf } from './source-branch.js';

/** What a call has returned, with an address that is the same for the same call; nothing where it failed or is too long. */
export function toolHit({ name, input }: WantedCall, outcome: StoredBranch | undefined): RankedHit[] {
  if (outcome?.status !== 'ok' || outcome.output === undefined || isInStore(outcome.output)) return [];
  const asked = isInStore(input) ? '' : JSON.stringify(input.inline);
  const { inline } = outcome.output;
  const text = typeof inline === 'string' ? inline : (JSON.stringify(inline) ?? '');
  return [
    { title: `${name} ${asked}`, link: `tool:${name}?${encodeURIComponent(asked)}`, text, sources: [name], score: 0 },
  ];
}

/**
 * What the API's own tools brought: the pages that the model quotes, and what it said of them itself, at an address that is the same for the
 * same question.
 */
export function foundHits(
  { question }: ResearchBranch,
  tools: readonly ServerTool[],
  outcome: StoredBranch | undefined,
  found: readonly Hit[],
): RankedHit[] {
  const names = tools.map(({ name }) => name);
  const pages = found.map((hit): RankedHit => ({ ...hit, sources: names, score: 0 }));
  if (outcome?.status !== 'ok' || outcome.output === undefined || isInStore(outcome.output)) return pages;
  const { inline } = outcome.output;
  const text = typeof inline === 'string' ? inline : (inline as { text?: string }).text;
  if (text === undefined) return pages;
  const [name] = names;
  const link = `tool:${name}?${encodeURIComponent(question)}`;
  return [...pages, { title: `${name} ${question}`, link, text, sources: names, score: 0 }];
}

/** What a search has found, as far as the run's result has room for it. */
export function withoutTexts(outcome: StoredBranch): StoredBranch {
  if (outcome.status !== 'ok') return outcome;
  const hits = hitsOf(outcome).map(({ title, link }) => ({ title, link }));
  return { ...outcome, output: { inline: { hits } } };
}

import type { Hit, Source } from '../../src/contract/source.js';
import { fuse } from '../../src/fold/hits.js';
import type { FanOutPlan } from '../../src/plan/fan-out-plan.js';
import { foundReferences } from '../../src/plan/validate-plan.js';
import { modelBranch } from '../engine/branch.js';
import type { Branch } from '../engine/branch.js';
import type { FanOut } from '../engine/fan-out.js';
import { askSettingsOf } from '../engine/model-branches.js';
import { hitsOf } from './source-branch.js';

/** The hits of all sources, once all of them have ended. A source that fails costs its own hits. */
export async function hitsOfAll(running: FanOut, sources: readonly Source[]): Promise<Hit[]> {
  const names = sources.map(({ name }) => name);
  const found = new Map<string, Hit[]>();
  for await (const outcome of running) {
    if (!names.includes(outcome.key)) continue;
    found.set(outcome.key, hitsOf(outcome));
    if (found.size === names.length) break;
  }
  return fuse(
    names.map((source) => ({ source, hits: found.get(source) ?? [] })),
    Infinity,
  );
}

/** The check of facts. It begins when the sources that it is held against have been searched. */
export function factsAfter(found: Promise<Hit[]>, asked: FanOutPlan): Branch {
  const at = asked.branches.findIndex(({ key }) => key === 'facts');
  const { key, request } = asked.branches[at] as FanOutPlan['branches'][number];
  const boundUsd = asked.policy.budget?.boundsUsd[at];
  return {
    key,
    ...(boundUsd !== undefined && { boundUsd }),
    run: async (place, reserve, ledger) => {
      const promptParts = [...foundReferences(await found), ...(request.promptParts ?? [request.prompt])];
      return modelBranch(key, { ...request, promptParts }, askSettingsOf(asked)).run(place, reserve, ledger);
    },
  };
}

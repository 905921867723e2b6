import type { FanInResult, RunResult } from '../src/contract/run-result.js';
import { answerRequest, planGather } from '../src/plan/gather-plan.js';
import type { GatherInput, GatherPlan } from '../src/plan/gather-plan.js';
import type { Hit } from '../src/contract/source.js';
import { citationsOf, fuse } from '../src/fold/hits.js';
import type { RankedHit } from '../src/fold/hits.js';
import { inlineAnswersBytes } from '../src/contract/limits.js';
import type { StoredBranch } from '../src/contract/branch.js';
import { askAlone } from './engine/ask-alone.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import type { Folded } from './fold/fan-in.js';
import { fanOut } from './engine/fan-out.js';
import { inlineOf } from './graphs/graph-state.js';
import { finish } from './engine/finish.js';
import { RunProgress } from './engine/progress.js';
import { hitsOf, sourceBranch } from './agents/source-branch.js';

/** Several sources are searched at once. Their hits become one list; a model answers from it where an answer is wanted. */
export async function gather(given: GatherInput): Promise<RunResult> {
  const input = entered('gather', given);
  const plan = checked(() => planGather(input));
  const progress = new RunProgress(
    plan.sources.map(({ name }) => name),
    input,
  );
  const running = fanOut(
    withKnown(
      plan.sources.map((source) => sourceBranch(source, plan)),
      input.known,
    ),
    plan.policy,
    progress,
  );
  progress.answered(await running.answer, plan.policy);
  const outcomes = await running.outcomes;
  const hits = fuse(
    outcomes.map((outcome) => ({ source: outcome.key, hits: hitsOf(outcome) })),
    plan.limit,
  );
  return finish(outcomes, plan.policy, progress, await fold(plan, hits, outcomes, input));
}

async function fold(
  plan: GatherPlan,
  hits: RankedHit[],
  outcomes: readonly StoredBranch[],
  { answer: wantsAnswer = false, budgetUsd }: GatherInput,
): Promise<Folded> {
  if (!wantsAnswer || hits.length === 0) return { output: { inline: { hits } } };
  const missing = outcomes.filter(({ status }) => status !== 'ok').map(({ key }) => key);
  const from = outcomes.filter(({ status }) => status === 'ok').map(({ key }) => key);
  const call = await askFor(plan, hits, missing, outcomes.length, budgetUsd);
  const fanIn: FanInResult = { how: 'synthesise', from, missing, calls: [call] };
  if (call.status !== 'ok' || call.output === undefined) {
    return { failure: `The answer is ${call.status}: ${call.error?.message ?? ''}`, fanIn };
  }
  const answer = inlineOf(call.output, 'answer') as string;
  return { output: { inline: { hits, answer, citations: citationsOf(answer, hits.length) } }, fanIn };
}

function askFor(
  plan: GatherPlan,
  hits: readonly Hit[],
  missing: string[],
  index: number,
  mostUsd: number | undefined,
): Promise<StoredBranch> {
  const { policy, model } = plan;
  const place = { key: 'answer', index, queuedAtMs: Date.now() };
  return askAlone(place, {
    request: answerRequest(plan, hits, missing),
    offline: model.offline,
    timeoutMs: Math.max(policy.timeoutMs, 300_000),
    attempts: policy.attempts,
    inlineBytes: inlineAnswersBytes,
    ...(model.fresh && { freshSinceMs: Date.now() }),
    ...(mostUsd !== undefined && { mostUsd }),
  });
}

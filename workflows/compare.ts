import { planCompare, planCompareRows } from '../src/plan/compare-plan.js';
import type { CompareInput } from '../src/plan/compare-plan.js';
import { ballotOf, vote } from '../src/fold/vote.js';
import type { StoredBranch } from '../src/contract/branch.js';
import type { RunResult } from '../src/contract/run-result.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { foldIn } from './fold/fan-in.js';
import type { Folded } from './fold/fan-in.js';
import { fanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { inlineOf } from './graphs/graph-state.js';
import { modelBranches } from './engine/model-branches.js';
import { fanOutWide } from './wide/fan-out-wide.js';
import { RunProgress } from './engine/progress.js';

/**
 * Several models, or several prompts, answer at once. All answers stand side by side, or the best of them is taken. Of rows each
 * is asked about in every way, in lanes.
 */
export async function compare(given: CompareInput): Promise<RunResult> {
  const input = entered('compare', given);
  if (input.chunks !== undefined) return fanOutWide(checked(() => planCompareRows(input)).wide, input);
  const plan = checked(() => planCompare(input));
  const progress = new RunProgress(
    plan.branches.map(({ key }) => key),
    input,
  );
  const running = fanOut(withKnown(modelBranches(plan), input.known), plan.policy, progress);
  progress.answered(await running.answer, plan.policy);
  const outcomes = await running.outcomes;
  const folded = plan.best === 'vote' ? voted(outcomes) : await foldIn(plan, outcomes);
  return finish(outcomes, plan.policy, progress, folded);
}

/** The answer that most branches give. The first of them in input order stands for it. */
function voted(outcomes: readonly StoredBranch[]): Folded {
  const answers = outcomes.flatMap(({ key, status, output }) =>
    status === 'ok' && output !== undefined ? [{ key, output, ballot: ballotOf(inlineOf(output, key)) }] : [],
  );
  const winner = vote(answers.map(({ ballot }) => ballot));
  const chosen = answers.find(({ ballot }) => ballot === winner?.value);
  if (winner === undefined || chosen === undefined) return {};
  const missing = outcomes.filter(({ status }) => status !== 'ok').map(({ key }) => key);
  const votes = Object.fromEntries(
    answers.map(({ key, ballot }) => [key, answers.filter((other) => other.ballot === ballot).length]),
  );
  const as = winner.tied ? ', and as many another thing' : '';
  const reason = `${winner.votes} of ${winner.of} answers say so${as}.`;
  return {
    output: chosen.output,
    fanIn: { how: 'select', from: [chosen.key], missing, chosen: { key: chosen.key, reason, votes }, calls: [] },
  };
}

import type { Hit, Source } from '../src/contract/source.js';
import { fuse } from '../src/fold/hits.js';
import { mergeFindings } from '../src/fold/findings.js';
import { remarksOf } from '../src/fold/remarks.js';
import type { FanOutPlan } from '../src/plan/fan-out-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { planValidateOver } from '../src/plan/validate-over-plan.js';
import { foundReferences, planValidate, searchPolicy } from '../src/plan/validate-plan.js';
import type { ValidateInput } from '../src/plan/validate-plan.js';
import { modelBranch, withKnown } from './engine/branch.js';
import type { Branch } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { Deferred } from './engine/deferred.js';
import { fanOut } from './engine/fan-out.js';
import type { FanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { inlineOf } from './graphs/graph-state.js';
import { askSettingsOf, modelBranches } from './engine/model-branches.js';
import { RunProgress } from './engine/progress.js';
import { grammarBranch, patternBranch } from './engine/thread-branches.js';
import { hitsOf, sourceBranch } from './agents/source-branch.js';
import { fanOutWide } from './wide/fan-out-wide.js';

/**
 * Several checks read one text at once; what they find is merged into one list, in the order of the text. Of several texts each is
 * read by all of them, in lanes, and whoever reads the run merges.
 */
export async function validate(given: ValidateInput): Promise<RunResult> {
  const input = entered('validate', given);
  if (input.chunks !== undefined) return fanOutWide(checked(() => planValidateOver(input)).wide, input);
  const plan = checked(() => planValidate(input));
  const { text, asked, patterns, sources, query, hasLocalGrammar, keys, severities } = plan;
  const checkedText = { ...input, text, document: plan.document };
  const progress = new RunProgress(keys, input.searchable);
  const found = new Deferred<Hit[]>();
  const branches = [
    ...modelBranches(asked).map((branch) =>
      sources.length > 0 && branch.key === 'facts' ? after(found.promise, asked) : branch,
    ),
    ...sources.map((source) => sourceBranch(source, { question: query, policy: searchPolicy })),
    ...patterns.map((check) => patternBranch(check, checkedText, asked.policy)),
    ...(hasLocalGrammar ? [grammarBranch(checkedText, asked.policy)] : []),
  ].toSorted((one, other) => keys.indexOf(one.key) - keys.indexOf(other.key));
  const running = fanOut(withKnown(branches, input.known), asked.policy, progress);
  if (sources.length > 0) void hitsOfAll(running, sources).then((hits) => found.resolve(hits));
  progress.answered(await running.answer, asked.policy);
  const outcomes = await running.outcomes;
  const searched = new Set(sources.map(({ name }) => name));
  const checks = outcomes.flatMap(({ key, status, output }) =>
    status === 'ok' && output !== undefined && !searched.has(key)
      ? [{ check: key, remarks: remarksOf(key, inlineOf(output, key), severities.get(key), input.words) }]
      : [],
  );
  const { findings, conflicts, unplaced } = mergeFindings(text, checks);
  const result = finish(outcomes, asked.policy, progress, { output: { inline: { findings, unplaced } } });
  return { ...result, ...(conflicts.length > 0 && { contradictions: conflicts }) };
}

/** The hits of all sources, once all of them have ended. A source that fails costs its own hits. */
async function hitsOfAll(running: FanOut, sources: readonly Source[]): Promise<Hit[]> {
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
function after(found: Promise<Hit[]>, asked: FanOutPlan): Branch {
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

import { mergeFindings } from '../src/fold/findings.js';
import { remarksOf } from '../src/fold/remarks.js';
import type { RunResult } from '../src/contract/run-result.js';
import { planValidateOver } from '../src/plan/validate-over-plan.js';
import { planValidate, searchPolicy } from '../src/plan/validate-plan.js';
import type { ValidateInput } from '../src/plan/validate-plan.js';
import { withKnown } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { Deferred } from './engine/deferred.js';
import { fanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { inlineOf } from './graphs/graph-state.js';
import { modelBranches } from './engine/model-branches.js';
import { RunProgress } from './engine/progress.js';
import { grammarBranch, patternBranch } from './engine/thread-branches.js';
import { factsAfter, hitsOfAll } from './agents/facts-after-sources.js';
import { sourceBranch } from './agents/source-branch.js';
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
  const progress = new RunProgress(keys, input);
  const found = new Deferred<Awaited<ReturnType<typeof hitsOfAll>>>();
  const branches = [
    ...modelBranches(asked).map((branch) =>
      sources.length > 0 && branch.key === 'facts' ? factsAfter(found.promise, asked) : branch,
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

import { ActivityCancellationType, patched, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';

import type { Activities } from '../src/contract/activities.js';
import type { Hit, Source } from '../src/contract/source.js';
import { fuse } from '../src/fold/hits.js';
import { matchesOf, mergeFindings, remarksOfMatches } from '../src/fold/findings.js';
import type { Match, PatternCheck } from '../src/fold/findings.js';
import { taskQueues } from '../src/contract/names.js';
import type { FanOutPlan } from '../src/plan/fan-out-plan.js';
import type { Policy } from '../src/contract/options.js';
import type { RunResult } from '../src/contract/run-result.js';
import { foundReferences, localGrammar, planValidate, remarksOf, searchPolicy } from '../src/plan/validate-plan.js';
import type { ValidateInput } from '../src/plan/validate-plan.js';
import { activityIdOf } from './engine/activity-id.js';
import { activityBranch, modelBranch } from './engine/branch.js';
import type { Branch } from './engine/branch.js';
import { checked } from './engine/checked.js';
import { Deferred } from './engine/deferred.js';
import { fanOut } from './engine/fan-out.js';
import type { FanOut } from './engine/fan-out.js';
import { finish } from './engine/finish.js';
import { inlineOf } from './graphs/graph-state.js';
import { askSettingsOf, modelBranches } from './engine/model-branches.js';
import { RunProgress } from './engine/progress.js';
import { hitsOf, sourceBranch } from './agents/source-branch.js';

const { checkGrammar, findPattern } = proxyActivities<Activities>({ startToCloseTimeout: '5m' });

/** Several checks read one text at once; what they find is merged into one list, in the order of the text. */
export async function validate(input: ValidateInput): Promise<RunResult> {
  const { asked, patterns, sources, query, hasLocalGrammar, keys, severities } = checked(() => planValidate(input));
  const progress = new RunProgress(keys, input.searchable ?? false);
  const found = new Deferred<Hit[]>();
  const branches = [
    ...modelBranches(asked).map((branch) =>
      sources.length > 0 && branch.key === 'facts' ? after(found.promise, asked) : branch,
    ),
    ...sources.map((source) => sourceBranch(source, { question: query, policy: searchPolicy })),
    ...patterns.map((check) => patternBranch(check, input, asked.policy)),
    ...(hasLocalGrammar ? [grammarBranch(input, asked.policy)] : []),
  ].toSorted((one, other) => keys.indexOf(one.key) - keys.indexOf(other.key));
  const running = fanOut(branches, asked.policy, progress);
  if (sources.length > 0) void hitsOfAll(running, sources).then((hits) => found.resolve(hits));
  progress.answered(await running.answer, asked.policy);
  const outcomes = await running.outcomes;
  const searched = new Set(sources.map(({ name }) => name));
  const checks = outcomes.flatMap(({ key, status, output }) =>
    status === 'ok' && output !== undefined && !searched.has(key)
      ? [{ check: key, remarks: remarksOf(key, inlineOf(output, key), severities.get(key), input.words) }]
      : [],
  );
  const { findings, conflicts, unplaced } = mergeFindings(input.text, checks);
  const result = finish(outcomes, asked.policy, progress, { output: { inline: { findings, unplaced } } });
  return { ...result, ...(conflicts.length > 0 && { contradictions: conflicts }) };
}

/** What the sources have found once all of them have ended; one that fails costs its own hits. */
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

/** The check of facts, which begins when what it is held against has been found. */
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

/** A pattern may take for ever: here it would stop the worker, and in a thread it is stopped. */
function patternBranch(
  check: PatternCheck & { name: string },
  { text, document }: ValidateInput,
  policy: Policy,
): Branch {
  const { name: key, pattern } = check;
  // A run that began with an older version goes on as it began.
  if (!patched('patterns-in-threads')) {
    const inPlace = async () => ({ findings: remarksOfMatches(matchesOf(text, pattern), check) });
    return { ...activityBranch(key, inPlace), boundUsd: 0 };
  }
  return {
    key,
    boundUsd: 0,
    run: async (place) => {
      const answer = await findPattern.executeWithOptions(inThread(key, policy), [
        { ...place, text: document, pattern },
      ]);
      const matches = answer.output && (inlineOf(answer.output, key) as Match[]);
      return { ...answer, output: { inline: { findings: remarksOfMatches(matches ?? [], check) } } };
    },
  };
}

/** Rules look at it while the model does, on the queue of CPU-bound work. */
function grammarBranch({ document, title = '', dialect, words }: ValidateInput, policy: Policy): Branch {
  return {
    key: localGrammar,
    boundUsd: 0,
    run: (place) =>
      checkGrammar.executeWithOptions({ ...inThread(localGrammar, policy), activityId: localGrammar }, [
        {
          ...place,
          text: document,
          markdown: /\.(md|markdown)$/i.test(title),
          ...(dialect && { dialect }),
          ...(words && { words }),
        },
      ]),
  };
}

/** How an activity of a thread is called: on the queue of CPU-bound work. */
function inThread(key: string, { timeoutMs }: Policy): ActivityOptions {
  return {
    ...activityIdOf(key),
    taskQueue: taskQueues.cpu,
    startToCloseTimeout: timeoutMs,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 2 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: key,
  };
}

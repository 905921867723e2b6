import type { Command } from 'commander';

import { checkWorkflowId } from '../../client/index.js';
import { parseDuration } from '../../contract/duration.js';
import { InputError } from '../../contract/errors.js';
import { fanInOf } from '../../fold/fan-in.js';
import { fanInKinds, fanOutDefaults, joinPolicies, latePolicies, modelDefaults } from '../../contract/options.js';
import type { FanInOptions, FanOutOptions, ModelOptions } from '../../contract/options.js';
import { priorities } from '../../contract/priority.js';
import { providers } from '../../contract/providers.js';
import type { FilePlace } from '../read/file-place.js';
import type { FilePlaces } from '../read/file-places.js';
import { parseChoice, parseCount, parseShare } from '../read/numbers.js';

/** Flags of every command that prints runs. */
export interface OutputFlags {
  json?: boolean;
  ndjson?: boolean;
  quiet?: boolean;
  followText?: boolean;
}

/** Flags of every command that starts a run, as commander gives them. */
export interface RunFlags extends OutputFlags {
  join?: string;
  quorum?: string;
  deadline?: string;
  late?: string;
  atLeast?: string;
  hedge?: boolean;
  budget?: string;
  economy?: boolean;
  fanIn?: string;
  criteria?: string;
  timeout?: string;
  attempts?: string;
  concurrency?: string;
  priority?: string;
  model?: string;
  maxTokens?: string;
  id?: string;
  detach?: boolean;
  offline?: boolean;
  dryRun?: boolean;
  /** Of `validate`: the least severity that sets the exit code, and the format of findings. */
  failOn?: string;
  format?: string;
  file?: string;
  /** Where that file is found, and whether its text is its own. */
  place?: FilePlace;
  /** The text that `--fix` makes a patch of. */
  fixOf?: string;
  /** The same of several files, and whether a patch is wanted. */
  places?: FilePlaces;
  fix?: boolean;
  fresh?: boolean;
}

export function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup('What is printed:')
    .option('--json', 'print one Run as JSON on standard output and nothing else')
    .option('--ndjson', 'print one Branch a line as each completes, then the Run')
    .option('--follow-text', 'on a terminal: the newest words of each answer under way, of up to 50 branches')
    .option('--quiet', 'no progress on standard error');
}

/** Collects a flag that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Flags that need branches known beforehand. */
export const fanOutFlags = ['join', 'quorum', 'deadline', 'late', 'at-least', 'hedge', 'economy'] as const;

/**
 * @param defaults where a command's own differ
 * @param refused flags that the command does not take: its help has none of them, and it says why where one is given
 */
export function addRunFlags(
  command: Command,
  {
    concurrency,
    maxTokens,
    timeoutMs = fanOutDefaults.timeoutMs,
    attempts = fanOutDefaults.attempts,
  }: { concurrency: number; maxTokens: number; timeoutMs?: number; attempts?: number } = {
    ...fanOutDefaults,
    ...modelDefaults,
  },
  refused: readonly (typeof fanOutFlags)[number][] = [],
): Command {
  command
    .optionsGroup('Which answers to wait for:')
    .option('--join <policy>', `which branches to wait for: ${joinPolicies.join(', ')}`, fanOutDefaults.join)
    .option('--quorum <n>', 'how many branches `--join quorum` waits for; most of them by default')
    .option('--deadline <duration>', 'fold what is there by then')
    .option(
      '--late <policy>',
      'branches still going at quorum or deadline: cancel them, or let them amend the answer',
      fanOutDefaults.late,
    )
    .option('--at-least <share>', 'share of the branches that must be ok, such as 0.8, or the run has failed')
    .option(
      '--timeout <duration>',
      'longest a branch may take, its retries included',
      timeoutMs % 60_000 === 0 ? `${timeoutMs / 60_000}m` : `${timeoutMs / 1_000}s`,
    )
    .option('--attempts <n>', 'most tries of a branch', String(attempts))
    .option('--hedge', 'race a branch that is much slower than its siblings with a second call')
    .optionsGroup('Who answers:')
    .option('--model <id>', 'model to ask; `PROVIDER:ID` asks another provider for it', modelDefaults.model)
    .option('--provider <name>', `who is asked for models that name none: ${providers.join(', ')}`)
    .option('--max-tokens <n>', 'longest answer, in tokens', String(maxTokens))
    .option('--concurrency <n>', 'most model calls of this run at once', String(concurrency))
    .option('--priority <n>', 'from 1, whose calls go first where several runs wait, to 5; 3 by default')
    .option('--fresh', 'ask anew even where the journal has the answer')
    .option('--offline', 'ask the offline model, which only extracts sentences, instead of the API')
    .option('--no-gateway', 'without the gateway of the home: calls end with the worker that makes them')
    .option(
      '--cassette <dir>',
      'play back the model calls recorded in that folder, without a key; what it lacks is asked and recorded',
    )
    .option('--no-record', 'with `--cassette`: what it lacks fails, and the failure says what differs')
    .optionsGroup('What it may cost:')
    .option('--budget <dollars>', 'the most that the run may spend, in US dollars')
    .option('--prices <file>', 'US dollars per million tokens of models whose price is not known, in YAML or JSON')
    .option(
      '--economy',
      'ask by Message Batches: half the price, and an answer within 24 hours; with a deadline, online from then on',
    )
    .option('--dry-run', 'print the branches and the most they can cost, and start nothing')
    .optionsGroup('How it runs:')
    .option('--id <id>', 'workflow id; an open or complete run of that id is attached to')
    .option('--detach', 'start the run, print its id, and leave it going');
  for (const option of command.options) {
    if (refused.some((name) => option.long === `--${name}`)) option.hideHelp();
  }
  return addOutputFlags(command);
}

export function checkOutputFlags({ json, ndjson }: OutputFlags): void {
  if (json && ndjson) throw new InputError('Expected `--json` or `--ndjson`, got both.');
}

export function addFanInFlags(command: Command): Command {
  return command
    .optionsGroup('What becomes of the answers:')
    .option('--fan-in <how>', `what becomes of the answers: ${fanInKinds.join(', ')}`, 'merge')
    .option('--criteria <text>', 'what the judge of `select` looks for, or what `synthesise` is to answer');
}

/** @throws InputError when a flag cannot be used */
export function fanInOptions({ fanIn, criteria }: RunFlags): FanInOptions {
  const options = {
    ...(fanIn !== undefined && { fanIn: parseChoice(fanIn, 'fan-in', fanInKinds) }),
    ...(criteria !== undefined && { criteria }),
  };
  fanInOf(options);
  return fanIn === 'merge' ? {} : options;
}

/**
 * The options of the run's fan-out.
 *
 * @throws InputError when a flag cannot be used
 */
export function runOptions(flags: RunFlags): FanOutOptions & ModelOptions {
  checkOutputFlags(flags);
  if (flags.id !== undefined) checkWorkflowId(flags.id);
  return {
    ...(flags.join !== undefined && { join: parseChoice(flags.join, 'join', joinPolicies) }),
    ...(flags.quorum !== undefined && { quorum: parseCount(flags.quorum, 'quorum') }),
    ...(flags.deadline !== undefined && { deadlineMs: parseDuration(flags.deadline, 'deadline') }),
    ...(flags.late !== undefined && { late: parseChoice(flags.late, 'late', latePolicies) }),
    ...(flags.atLeast !== undefined && { atLeast: parseShare(flags.atLeast, 'at-least') }),
    ...(flags.economy === true && { economy: true }),
    ...(flags.hedge === true && { hedge: true }),
    ...(flags.timeout !== undefined && { timeoutMs: parseDuration(flags.timeout, 'timeout') }),
    ...(flags.attempts !== undefined && { attempts: parseCount(flags.attempts, 'attempts', 1_000) }),
    ...(flags.concurrency !== undefined && { concurrency: parseCount(flags.concurrency, 'concurrency') }),
    ...(flags.priority !== undefined && { priority: parseCount(flags.priority, 'priority', priorities.last) }),
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.maxTokens !== undefined && { maxTokens: parseCount(flags.maxTokens, 'max-tokens') }),
    ...(flags.offline === true && { offline: true }),
    ...(flags.fresh === true && { fresh: true }),
  };
}

const ofKnownBranches = ['economy', 'hedge', 'quorum', 'deadline', 'atLeast'] as const;

/**
 * Refuses flags that need branches known beforehand, for a run whose branches are not.
 *
 * @param why as in `an agent: it waits for all calls of a turn`
 * @throws InputError when one of them is given
 */
export function refuseFanOutFlags(flags: RunFlags, why: string, advice: string): void {
  const isGiven = ofKnownBranches.some((flag) => flags[flag] !== undefined);
  if (!isGiven && flags.join === 'settled' && flags.late === 'cancel') return;
  throw new InputError(
    `Expected no \`--join\`, \`--quorum\`, \`--deadline\`, \`--late\`, \`--at-least\`, \`--hedge\` or \`--economy\` for ${why}.`,
    advice,
  );
}

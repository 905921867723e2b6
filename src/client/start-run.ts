import { createHash, randomBytes, randomUUID } from 'node:crypto';

import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';

import { InputError } from '../contract/errors.js';
import { fairnessKeyOf, priorityIn, temporalPriority } from '../contract/priority.js';
import type { Precedence } from '../contract/priority.js';
import type { RunReference } from '../contract/known.js';
import { memoOf } from '../contract/memo.js';
import type { RunMemo } from '../contract/memo.js';
import { searchAttributes, taskQueues } from '../contract/names.js';
import type { Kind } from '../contract/names.js';
import { markdownLine, shellWord } from '../fold/visible-text.js';
import type { InputByKind } from '../plan/schema/input-by-kind.js';
import { parseInput } from '../plan/schema/parse.js';
import { EncryptingCodec } from '../payloads/index.js';
import { beginningOf } from '../contract/cut-text.js';

/** A run of a kind, and how it is to be shown. */
export type RunToStart<K extends Kind = Kind> = { [Each in K]: RunOfKind<Each> }[K];

/** A run of one kind, and how it is to be shown. */
export interface RunOfKind<K extends Kind> {
  kind: K;
  /** The workflow's one argument; what is left out has the default that its schema says. */
  input: InputByKind[K];
  /** The workflow id; a new one by default. */
  workflowId?: string;
  /** One line that names the run in lists; text, not Markdown. Title, question or task of the input by default. */
  summary?: string;
  /** Markdown; none by default. */
  details?: string;
  /**
   * Its priority: from 1, which goes first, to 5, or Temporal's own `{ priorityKey, fairnessKey, fairnessWeight }`. An input's `priority` comes
   * before the `priorityKey`; without a `fairnessKey` the run has a share of its own.
   */
  priority?: Precedence | undefined;
  /** The finished run that it retries, what is taken over from which is in the input. */
  retries?: RunReference;
}

const retriesKey = defineSearchAttributeKey(searchAttributes.retries.name, searchAttributes.retries.type);

/** A run that has been started, or was there already. */
export interface StartedRun {
  workflowId: string;
  runId: string;
  /** Whether the run was there already. */
  attached: boolean;
}

/**
 * Largest input, in bytes. Temporal refuses 2 MB, and the client would go on trying for 39 s. A run that retries another brings
 * that one's answers along, of which there are at most `inlineAnswersBytes` and their keys.
 */
const maxInputBytes = 1_000_000;
const maxRetryBytes = 1_900_000;

/**
 * Starts a run, or attaches to one of the same id and input that is open or complete. A run that failed or was cancelled is
 * started again.
 *
 * Search attributes need no mention: the run finds out by itself whether the namespace knows them.
 *
 * @throws InputError when the input is none of its kind or too large, or the id is unusable or taken by a run with other input
 */
export async function startRun(client: Client, run: RunToStart): Promise<StartedRun> {
  const workflowId = run.workflowId ?? `${run.kind}-${randomBytes(4).toString('hex')}`;
  checkWorkflowId(workflowId);
  parseInput(run.kind, run.input);
  const serialised = JSON.stringify([run.kind, run.input]);
  const bytes = Buffer.byteLength(serialised);
  const mostBytes = run.retries === undefined ? maxInputBytes : maxRetryBytes;
  if (bytes > mostBytes) {
    throw new InputError(`Expected the run's input to be at most ${mostBytes} bytes, got ${bytes}.`);
  }
  const given = run.priority === undefined ? {} : temporalPriority(run.priority);
  const priority = priorityIn(run.input) ?? given.priorityKey;
  const memo: RunMemo = {
    inputSha256: sha256Of(serialised),
    startedBy: randomUUID(),
    title: beginningOf(run.summary ?? nameOf(run), mostTitle),
    ...((run.input as { offline?: boolean }).offline === true && { offline: true }),
    ...(isEncrypting(client) && { encrypted: true }),
    ...(run.retries && { retries: run.retries }),
    ...(priority !== undefined && { priority }),
  };
  const isSearchable = (run.input as { searchable?: boolean }).searchable === true;
  let runId: string | undefined;
  try {
    const handle = await client.workflow.start(run.kind, {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [run.input],
      memo: { fanfold: memo },
      // Its workflow tasks take their turn alike; a run has a share of its own.
      priority: {
        ...given,
        fairnessKey: given.fairnessKey || fairnessKeyOf(workflowId),
        ...(priority !== undefined && { priorityKey: priority }),
      },
      ...(run.retries &&
        isSearchable && { typedSearchAttributes: [{ key: retriesKey, value: run.retries.workflowId }] }),
      staticSummary: summaryOf(run.summary ?? nameOf(run)),
      ...(run.details !== undefined && { staticDetails: run.details }),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
    runId = handle.firstExecutionRunId;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  // An id that was made up here a moment ago is nobody else's, so that nothing has to be asked about it.
  if (run.workflowId === undefined && runId !== undefined) return { workflowId, runId, attached: false };
  const described = await client.workflow.getHandle(workflowId).describe();
  const found = memoOf(described.memo);
  if (found === undefined || found.inputSha256 !== memo.inputSha256) {
    throw new InputError(
      `Expected the id \`${workflowId}\` to be free or to belong to a run with the same input, got a run with other input.`,
      `Choose another --id, or look at that run with \`fanfold show ${shellWord(workflowId)}\`.`,
    );
  }
  return { workflowId, runId: described.runId, attached: found.startedBy !== memo.startedBy };
}

/** The first of these ids that is free, or belongs to a run of that kind and input; `undefined` where others have all of them. */
export async function usableId(
  client: Client,
  { kind, input }: Pick<RunToStart, 'kind' | 'input'>,
  ids: Iterable<string>,
): Promise<string | undefined> {
  const inputSha256 = sha256Of(JSON.stringify([kind, input]));
  for (const id of ids) {
    try {
      const { memo } = await client.workflow.getHandle(id).describe();
      if (memoOf(memo)?.inputSha256 === inputSha256) return id;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return id;
      throw error;
    }
  }
  return undefined;
}

function sha256Of(serialised: string): string {
  return createHash('sha256').update(serialised).digest('hex');
}

/** Most characters of the title that lists show. */
const mostTitle = 120;

/** What a run is about, in the words of its input. */
function nameOf({ kind, input }: RunToStart): string {
  const { title, question, task } = input as { title?: string; question?: string; task?: string };
  return title ?? question ?? task ?? kind;
}

/** Most bytes of a summary: Temporal's limit, less the words that say that it was cut. */
const mostSummaryBytes = 390;

/** Escapes a summary, which Temporal shows as Markdown: titles and questions in it are text. */
function summaryOf(text: string): string {
  const fits = (part: string) => Buffer.byteLength(markdownLine(part)) <= mostSummaryBytes;
  if (fits(text)) return markdownLine(text);
  let kept = '';
  for (const character of text) {
    if (!fits(kept + character)) break;
    kept += character;
  }
  return `${markdownLine(kept)}…`;
}

/** Whether what this client writes is encrypted. */
export function isEncrypting({ options }: Client): boolean {
  return options.loadedDataConverter.payloadCodecs.some((codec) => codec instanceof EncryptingCodec && codec.encrypts);
}

/**
 * @throws InputError when a run cannot have that id
 */
export function checkWorkflowId(workflowId: string): void {
  // A lone surrogate makes Temporal answer with an internal error. Temporal's limit is 1,000 bytes, less what it adds itself.
  const usable = workflowId.isWellFormed() && !/[\p{Cc}]/u.test(workflowId) && workflowId.trim() !== '';
  if (!usable || Buffer.byteLength(workflowId) > 255) {
    throw new InputError(
      `Expected \`id\` to be 1 to 255 bytes without control characters, got ${JSON.stringify(beginningOf(workflowId, 300))}.`,
    );
  }
}

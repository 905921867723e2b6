import { createHash, randomBytes, randomUUID } from 'node:crypto';

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import { InputError } from '../contract/errors.js';
import { memoOf } from '../contract/memo.js';
import type { RunMemo } from '../contract/memo.js';
import { taskQueues } from '../contract/names.js';
import type { Kind } from '../contract/names.js';
import { markdownLine, shellWord } from '../fold/visible-text.js';
import { EncryptingCodec } from '../payloads/index.js';

export interface RunToStart {
  kind: Kind;
  /** The workflow's one argument. */
  input: object;
  /** The workflow id; a new one by default. */
  workflowId?: string;
  /** One line that names the run in lists; text, not Markdown. */
  summary: string;
  /** Markdown. */
  details: string;
}

export interface StartedRun {
  workflowId: string;
  runId: string;
  /** Whether the run was there already. */
  attached: boolean;
}

/** Largest input, in bytes. Temporal refuses 2 MB, and the client would go on trying for 39 s. */
const maxInputBytes = 1_000_000;

/**
 * Starts a run, or attaches to one of the same id and input that is open or complete. A run that failed or was cancelled is
 * started again.
 *
 * @throws InputError when the id is unusable, or is taken by a run with other input, or the input is too large
 */
export async function startRun(client: Client, run: RunToStart): Promise<StartedRun> {
  const workflowId = run.workflowId ?? `${run.kind}-${randomBytes(4).toString('hex')}`;
  checkWorkflowId(workflowId);
  const serialised = JSON.stringify([run.kind, run.input]);
  const bytes = Buffer.byteLength(serialised);
  if (bytes > maxInputBytes) {
    throw new InputError(`Expected the run's input to be at most ${maxInputBytes} bytes, got ${bytes}.`);
  }
  const memo: RunMemo = {
    inputSha256: createHash('sha256').update(serialised).digest('hex'),
    startedBy: randomUUID(),
    ...(isEncrypting(client) && { encrypted: true }),
  };
  try {
    await client.workflow.start(run.kind, {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [run.input],
      memo: { fanfold: memo },
      staticSummary: summaryOf(run.summary),
      staticDetails: run.details,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
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
      `Expected \`id\` to be 1 to 255 bytes without control characters, got ${JSON.stringify(workflowId.slice(0, 300))}.`,
    );
  }
}

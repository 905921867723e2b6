import { setTimeout as sleep } from 'node:timers/promises';

import type { Branch, Run } from '../../contract/run.js';
import type { World } from '../world.js';
import { runCommand } from './run-command.js';
import type { AddCommand } from './run-command.js';
import { innerWorld } from './screens.js';

/** A call of a tool: one command, followed to its end. */
export interface Call {
  /** The command's name, and what follows it. */
  words: readonly string[];
  stdin: string;
  /** Id of the run. */
  id: string;
  /** Aborted when the client cancels the call: the run is cancelled. */
  cancelled: AbortSignal;
  /** Aborted when the client is gone: the run goes on. */
  left: AbortSignal;
  /** Told what has happened, and how many branches have ended. */
  onProgress(ended: number, message: string): void;
}

/** How the command ended: with a run, or with what it said on standard error. */
export type CallEnd = { run: Run } | { said: string };

/** Longest pause between two tries to cancel a run that may not have begun, in milliseconds. */
const cancelEveryMs = 300;

/** Runs the command of a call. */
export async function makeCall(add: AddCommand, call: Call, outer: World): Promise<CallEnd> {
  let run: Run | undefined;
  let ended = 0;
  let printed = '';
  const said: string[] = [];
  const inner = innerWorld(outer, call.stdin, (text, stream) => {
    if (stream === 'stderr') {
      said.push(text);
      if (/^fanfold: (?:started|attached to) /.test(text)) call.onProgress(ended, text.slice('fanfold: '.length));
      return;
    }
    printed += text;
    // A command prints one value a line, or one over several lines, whose last is its brace.
    if (!/^\{.*\}$|^\}$/.test(text)) return;
    const told = JSON.parse(printed) as Run | Branch;
    printed = '';
    if ('workflowId' in told) {
      run = told;
      return;
    }
    ended += 1;
    call.onProgress(ended, `${told.key} is ${told.status}`);
  });
  const isOver = new AbortController();
  const cancel = () => void cancelUntil(isOver.signal, call.id, outer);
  const leave = () => inner.interrupt();
  call.cancelled.addEventListener('abort', cancel, { once: true });
  call.left.addEventListener('abort', leave, { once: true });
  try {
    await runCommand(add, call.words, inner.world);
  } finally {
    isOver.abort();
    call.cancelled.removeEventListener('abort', cancel);
    call.left.removeEventListener('abort', leave);
  }
  return run === undefined ? { said: said.filter((text) => text !== '').join('\n') } : { run };
}

/** Cancels the run of a call; again and again, for it may be about to begin. */
async function cancelUntil(isOver: AbortSignal, id: string, outer: World): Promise<void> {
  const { cancelCommand } = await import('../commands/cancel.js');
  const { world } = innerWorld(outer, '', () => {});
  while (!isOver.aborted) {
    await runCommand(cancelCommand, ['cancel', '--', id], world);
    await sleep(cancelEveryMs, undefined, { signal: isOver }).catch(() => {});
  }
}

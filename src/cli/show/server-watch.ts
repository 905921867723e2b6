import { setTimeout as sleep } from 'node:timers/promises';

import { isGrpcServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

import type { TemporalServer } from '../../server/index.js';
import { line } from './terminal-text.js';
import type { Screen } from '../world.js';

/** Milliseconds between two questions, and until one of them is taken for unanswered. */
const everyMs = 5_000;

/** UNAVAILABLE and DEADLINE_EXCEEDED of gRPC: any other refusal is an answer. */
const unanswered: ReadonlySet<number> = new Set([14, 4]);

/**
 * Says when a server of the user's own no longer answers, and when it does again: whoever follows a run waits for it. Of the embedded one
 * `superviseServer` tells.
 *
 * @returns ends the watch
 */
export function watchServer(
  { kind, address }: Pick<TemporalServer, 'kind' | 'address'>,
  client: Pick<Client, 'connection'>,
  stderr: Pick<Screen, 'write'>,
  pauseMs = everyMs,
): () => void {
  const stop = new AbortController();
  const watch = async () => {
    let answered = true;
    for (;;) {
      await sleep(pauseMs, undefined, { ref: false, signal: stop.signal });
      const answers = await doesAnswer(client, pauseMs);
      stop.signal.throwIfAborted();
      if (answers !== answered) {
        const how = answers ? line`answers again.` : line`does not answer, and is waited for.`;
        stderr.write(line`fanfold: the Temporal server at ${address} ${how}\n`);
      }
      answered = answers;
    }
  };
  // It ends by being stopped.
  if (kind !== 'embedded') void watch().catch(() => {});
  return () => stop.abort();
}

async function doesAnswer({ connection }: Pick<Client, 'connection'>, withinMs: number): Promise<boolean> {
  return connection
    .withDeadline(Date.now() + withinMs, () => connection.workflowService.getSystemInfo({}))
    .then(
      () => true,
      (error: unknown) => !(isGrpcServiceError(error) && unanswered.has(error.code)),
    );
}

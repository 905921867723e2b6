import type { ChildProcess } from 'node:child_process';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import { keepWorker } from './keep-worker.js';
import type { WorkerNeed } from './worker-need.js';

/** Keeps a worker while `work` goes on. A worker that was started for it stops afterwards, unless the run still needs it. */
export async function withWorker(
  { session, need, launched }: { session: Session; need: WorkerNeed; launched?: ChildProcess | undefined },
  world: World,
  say: Say,
  work: (leaveGoing: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const worker = await keepWorker(session, need, world, say, launched);
  let left = false;
  try {
    const code = await work(() => {
      left = true;
    });
    if (!left && code !== exitCodes.interrupted) await worker.release();
    return code;
  } finally {
    worker.leave();
  }
}

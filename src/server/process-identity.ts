import { hostname } from 'node:os';

import { workerIdentity } from '../contract/names.js';
import { lookUpProcess } from './process-facts.js';
import { isOwnUid } from './user.js';

/** The identity of a process, which a later process with the same id does not have. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in the system's words; empty where it cannot be learnt (Windows), and then the id alone must do. */
  startTime: string;
}

/** Largest process id of any system: a signed number of 32 bits. */
const largestPid = 2 ** 31 - 1;

/** Whether a number can be the id of a process that anybody may signal: 0 and negative ones are groups, 1 is the system's own. */
export function isProcessId(pid: unknown): pid is number {
  return Number.isSafeInteger(pid) && (pid as number) > 1 && (pid as number) <= largestPid;
}

/** The identity of a running process; undefined when there is none, or only a zombie. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const facts = await lookUp(pid);
  return facts === undefined ? undefined : { pid, startTime: facts.startTime };
}

/** The identity of this process. */
export function ownIdentity(): Promise<ProcessIdentity | undefined> {
  return identityOf(process.pid);
}

/** Whether that very process runs, and is this user's. */
export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const found = await lookUp(pid);
  return found !== undefined && found.startTime === startTime && (found.uid === undefined || isOwnUid(found.uid));
}

/** Whether a process exists. */
export function signalReaches(pid: number): boolean {
  return isProcessId(pid) && reaches(pid);
}

/** Whether a process group exists. */
export function groupExists(group: number): boolean {
  return isProcessId(group) && reaches(-group);
}

async function lookUp(pid: number) {
  return signalReaches(pid) ? lookUpProcess(pid) : undefined;
}

function reaches(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch (error) {
    // EPERM means that it exists and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether a worker of that identity was on this machine and its process is gone. A worker elsewhere is not known to be gone, and
 * a process id that was given again counts as alive.
 */
export async function isWorkerGone(identity: string): Promise<boolean> {
  const [, pid] = /:(\d+)$/.exec(identity) ?? [];
  const wasHere = pid !== undefined && identity === workerIdentity(hostname(), Number(pid));
  return wasHere && (await identityOf(Number(pid))) === undefined;
}

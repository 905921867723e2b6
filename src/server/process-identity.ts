import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname, platform } from 'node:os';
import { promisify } from 'node:util';

import { workerIdentity } from '../contract/names.js';

/** A process, told apart from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** As the system words it; empty where it cannot be learnt (Windows), and then the id alone must do. */
  startTime: string;
}

const run = promisify(execFile);

/** The identity of a running process; undefined when there is none, or only a zombie. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  if (!signalReaches(pid)) return undefined;
  const startTime = await startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const found = await identityOf(pid);
  return found !== undefined && found.startTime === startTime;
}

/** Whether a process, or with a negative id a process group, exists. */
export function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  switch (platform()) {
    case 'linux':
      return startTimeFromProc(pid);
    case 'win32':
      return '';
    default:
      return startTimeFromPs(pid);
  }
}

/** Clock ticks since boot: field 22 of proc(5) `stat`, counted after the name, which may hold blanks and brackets. */
async function startTimeFromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

async function startTimeFromPs(pid: number): Promise<string | undefined> {
  // The text follows the locale and time zone of whoever asks.
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = await run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { env }).catch(() => ({
    stdout: '',
  }));
  const [, state = 'Z', startTime] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(stdout) ?? [];
  return state.startsWith('Z') ? undefined : startTime;
}

/**
 * Whether a worker of that identity was one of this machine whose process is gone. One elsewhere is not known to be gone, and a
 * process id that was given again counts as there.
 */
export async function isWorkerGone(identity: string): Promise<boolean> {
  const [, pid] = /:(\d+)$/.exec(identity) ?? [];
  const wasHere = pid !== undefined && identity === workerIdentity(hostname(), Number(pid));
  return wasHere && (await identityOf(Number(pid))) === undefined;
}

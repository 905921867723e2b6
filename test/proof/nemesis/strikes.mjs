import { setTimeout as sleep } from 'node:timers/promises';

/** Heartbeats are missed after five seconds, in milliseconds, less what a heartbeat takes: then others have the branches. */
const heartbeatsMs = 3_500;
export const outlastsHeartbeats = (_, lastedMs) => lastedMs > heartbeatsMs;

/** Ends a process as the kernel does, and takes down what is kept by then. */
export async function kill(stage, actor) {
  actor.signal('SIGKILL');
  await stage.rememberKept();
}

export async function halt(actor, ms) {
  actor.signal('SIGSTOP');
  await sleep(ms);
  actor.signal('SIGCONT');
}

export async function haltPid(pid, ms) {
  signalPid(pid, 'SIGSTOP');
  await sleep(ms);
  signalPid(pid, 'SIGCONT');
}

/** Makes a line so for a time. */
export async function during(line, what, ms) {
  line[what]();
  await sleep(ms);
  line.heal();
}

/** What is gone cannot be struck. */
export function signalPid(pid, signal) {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

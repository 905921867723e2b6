import { formatDuration } from '../../contract/duration.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';
import { backgroundWorkers } from './end-idle-workers.js';
import { idleTime } from './idle-time.js';
import { leastIdleMs } from './until-idle.js';

/** How long the worker that a command has left in the background is still there; empty where there is none. */
export async function staying({ membership }: Session, world: World): Promise<string> {
  const [worker] = await backgroundWorkers(membership);
  if (worker === undefined) return '';
  const idle = formatDuration(Math.max(idleTime(world), leastIdleMs));
  return ` in the background (process ${worker.pid}), until ${idle} after the last command and run; \`fanfold stop\` ends it`;
}

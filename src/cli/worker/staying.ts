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

/**
 * How long the Web UI of the home's own server answers, and what shows the run after that.
 *
 * @param id the run, quoted for a shell
 * @returns `undefined` where the server is not fanfold's, or somebody keeps it up
 */
export async function webUiStays(
  { membership, server }: Session,
  world: World,
  id: string,
): Promise<string | undefined> {
  if (server.kind !== 'embedded') return undefined;
  const present = await membership.live();
  if (present.some(({ role, surroundings }) => role !== 'command' && surroundings === undefined)) return undefined;
  const others = present.some(({ role, pid }) => role === 'command' && pid !== world.pid);
  const idleMs = idleTime(world);
  const stays = present.some(({ role }) => role === 'worker') && idleMs > 0;
  if (!stays && others) return undefined;
  const until = stays
    ? `It answers until ${formatDuration(idleMs)} after the last command`
    : 'It ends with this command';
  return `${until}; then: fanfold open ${id}`;
}

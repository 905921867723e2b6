import { FanfoldError } from '../../contract/errors.js';
import { formatDuration } from '../../contract/duration.js';
import { searchAttributes } from '../../contract/names.js';
import { retentionDays } from '../../server/index.js';
import { workflowBundlePath } from '../../worker/index.js';
import { shownAddress } from '../../secrets/index.js';
import { apiKeyOf, modelApiOf, noApiKey } from './api-key.js';
import { probeModelApi } from './probe-model-api.js';
import { openJournalOf } from './journal-of.js';
import { homeOf, openSession } from './session.js';
import type { Session } from './session.js';
import { backgroundWorkers } from '../worker/end-idle-workers.js';
import { localWorker } from '../worker/ensure-worker.js';
import { idleTime } from '../worker/idle-time.js';
import { leastIdleMs } from '../worker/until-idle.js';
import { offlineModel } from '../worker/offline-model.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';

export interface Check {
  name: string;
  /** `note`: it works, and there is something to know about it. */
  state: 'ok' | 'note' | 'failed' | 'skipped';
  found: string;
  advice?: string;
}

/** Checks everything that a run needs, one by one. A check that an earlier failure makes impossible is `skipped`. */
export async function runChecks(world: World, offline: boolean): Promise<Check[]> {
  const checks = [nodeCheck(world), await check('workflow bundle', async () => ({ found: workflowBundlePath() }))];
  let session: Session | undefined;
  checks.push(
    await check('Temporal server', async () => {
      session = await openSession(world, 'command', () => {});
      const { kind, address, version } = session.server;
      return { found: `${kind} at ${shownAddress(address)}${version === undefined ? '' : `, server ${version}`}` };
    }),
  );
  checks.push(...(session === undefined ? skipped : await serverChecks(session, world, offline)));
  checks.push(await check('journal', () => journalCheck(world)));
  await session?.leave();
  checks.push(...(await modelChecks(world, offline)));
  return checks;
}

const skipped: Check[] = ['namespace', 'search attributes', 'worker'].map((name) => ({
  name,
  state: 'skipped',
  found: 'no server to ask',
}));

function nodeCheck({ nodeVersion }: World): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const recent = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node',
    state: recent ? 'ok' : 'failed',
    found: nodeVersion,
    ...(!recent && { advice: 'fanfold needs Node 20.19 or newer.' }),
  };
}

async function serverChecks(session: Session, world: World, offline: boolean): Promise<Check[]> {
  return [
    await check('namespace', async () => {
      const { namespace } = session.server;
      const days = await retentionDays(session.client.connection, namespace);
      return {
        found: days === null ? namespace : `${namespace}; runs are kept for ${shownDays(days)} after their end`,
      };
    }),
    session.searchable
      ? { name: 'search attributes', state: 'ok', found: 'registered' }
      : {
          name: 'search attributes',
          state: 'note',
          found: 'not registered, and not allowed to register them',
          advice: `Runs work without them. To filter runs by status and cost, let an operator register them: ${registration()}`,
        },
    await check('worker', async () =>
      (await localWorker(session, { offline }, world))
        ? { found: `one of this home is running${await staying(session, world)}` }
        : { found: 'none of this home; a command starts one when it needs it' },
    ),
  ];
}

/** How long workers that commands have left in the background are still there. */
async function staying({ membership }: Session, world: World): Promise<string> {
  const [worker] = await backgroundWorkers(membership);
  if (worker === undefined) return '';
  const idle = formatDuration(Math.max(idleTime(world), leastIdleMs));
  return ` in the background (process ${worker.pid}), until ${idle} after the last command and run; \`fanfold stop\` ends it`;
}

function shownDays(days: number): string {
  return `${Number(days.toFixed(1)).toLocaleString('en')} ${days === 1 ? 'day' : 'days'}`;
}

async function journalCheck(world: World): Promise<Finding> {
  const journal = await openJournalOf(homeOf(world), world, () => {});
  try {
    const { entries, place } = await journal.stats();
    return { found: `${entries.toLocaleString('en')} answers in ${place}` };
  } finally {
    await journal.close();
  }
}

function registration(): string {
  const pairs = Object.values(searchAttributes).map(({ name, type }) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create ${pairs.join(' ')}`;
}

async function modelChecks(world: World, offline: boolean): Promise<Check[]> {
  if (offline) {
    const model = offlineModel(world);
    const answer = await check('offline model', async () => ({
      found: `answers at ${shownAddress(await model.url())}`,
    }));
    await model.stop();
    return [answer];
  }
  const key = await check('API key', async () => {
    if (apiKeyOf(world) === undefined) throw noApiKey();
    return { found: 'ANTHROPIC_API_KEY is set' };
  });
  if (key.state === 'failed') return [key, { name: 'model API', state: 'skipped', found: 'no key to ask it with' }];
  const api = await check('model API', async () => {
    const { baseURL = '', apiKey = '' } = modelApiOf(world) ?? {};
    return probeModelApi(baseURL, apiKey);
  });
  return [key, api];
}

async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await look()) };
  } catch (error) {
    const advice = error instanceof FanfoldError ? error.advice : undefined;
    return { name, state: 'failed', found: (error as Error).message, ...(advice !== undefined && { advice }) };
  }
}

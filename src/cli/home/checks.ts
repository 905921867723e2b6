import { FanfoldError } from '../../contract/errors.js';
import { searchAttributes } from '../../contract/names.js';
import { retentionDays } from '../../server/index.js';
import { failingRuns } from '../../client/index.js';
import { workflowBundlePath } from '../../worker/workflow-bundle.js';
import { shownAddress } from '../../secrets/index.js';
import { apiKeyOf, modelApiOf, noApiKey, shownBaseUrl } from './api-key.js';
import { probeModelApi } from './probe-model-api.js';
import { waysCheck } from './ways.js';
import { openJournalOf } from './journal-of.js';
import { homeOf, openSession } from './session.js';
import { hasSharedStore, storeCheck } from './store-check.js';
import type { Session } from './session.js';
import { staying } from '../worker/staying.js';
import { failingTaskAdvice } from '../show/failing-task-text.js';
import { localWorker } from '../worker/ensure-worker.js';
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
  if (hasSharedStore(world)) checks.push(await check('store', () => storeCheck(world)));
  await session?.leave();
  checks.push(await check('network', async () => waysCheck(world.env, shownBaseUrl(world))));
  checks.push(...(await modelChecks(world, offline)));
  return checks;
}

const skipped: Check[] = ['namespace', 'search attributes', 'worker', 'open runs'].map((name) => ({
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
    await check('open runs', () => openRunsCheck(session)),
  ];
}

function shownDays(days: number): string {
  return `${Number(days.toFixed(1)).toLocaleString('en')} ${days === 1 ? 'day' : 'days'}`;
}

/** Most open runs that are looked at, the newest first. */
const mostRuns = 100;

async function openRunsCheck({ client }: Session): Promise<Finding> {
  const [first, ...others] = await failingRuns(client, mostRuns);
  if (first === undefined) return { found: 'no workflow task fails' };
  const more = others.length > 0 ? `; so do those of ${others.map(({ workflowId }) => workflowId).join(', ')}` : '';
  return {
    state: 'note',
    found: `the workflow task of ${first.workflowId} fails (try ${first.attempts}): ${first.type}: ${first.message}${more}`,
    advice: failingTaskAdvice(first.workflowId),
  };
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
    if (world.env['FANFOLD_GATEWAY']) return { found: 'the gateway of FANFOLD_GATEWAY has it' };
    return { found: 'ANTHROPIC_API_KEY is set' };
  });
  if (key.state === 'failed') return [key, { name: 'model API', state: 'skipped', found: 'no key to ask it with' }];
  const api = await check('model API', async () => {
    const { baseURL = '', apiKey = '' } = modelApiOf(world) ?? {};
    return probeModelApi(baseURL, apiKey, world.env);
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

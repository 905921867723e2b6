import { resolve } from 'node:path';

import { searchAttributes } from '../../contract/names.js';
import { readPrices } from '../../model/own-prices.js';
import { retentionDays } from '../../server/index.js';
import { failingRuns } from '../../client/index.js';
import { workflowBundlePath } from '../../worker/workflow-bundle.js';
import { shownAddress } from '../../secrets/index.js';
import { shownBaseUrl } from './api-key.js';
import { check } from './check.js';
import type { Check } from './check.js';
import { modelChecks } from './model-checks.js';
import { waysCheck } from './ways.js';
import { openJournalOf } from './journal-of.js';
import { homeOf, openSession } from './session.js';
import { gatewayCheck, workerCheck } from './serving-checks.js';
import { hasSharedStore, storeCheck } from './store-check.js';
import type { Session } from './session.js';
import { failingTaskFinding } from '../show/failing-task-text.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';

export type { Check } from './check.js';

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
  const prices = world.env['FANFOLD_PRICES'];
  if (prices) checks.push(await check('prices', async () => pricesCheck(resolve(world.cwd, prices))));
  if (hasSharedStore(world)) checks.push(await check('store', () => storeCheck(world)));
  await session?.leave();
  checks.push(await check('network', async () => waysCheck(world.env, shownBaseUrl(world))));
  checks.push(...(await modelChecks(world, offline)));
  return checks;
}

const skipped: Check[] = ['namespace', 'search attributes', 'worker', 'gateway', 'open runs'].map((name) => ({
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
    await check('worker', () => workerCheck(session, offline, world)),
    await check('gateway', () => gatewayCheck(session, world)),
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
  const finding = failingTaskFinding(first.workflowId, first);
  const more = others.length > 0 ? `; so it is with ${others.map(({ workflowId }) => workflowId).join(', ')}` : '';
  return {
    state: 'note',
    ...finding,
    found: `${finding.found}${more}`,
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

function pricesCheck(file: string): Finding {
  const models = Object.keys(readPrices(file, 'FANFOLD_PRICES')).length;
  return { found: `of ${models} ${models === 1 ? 'model' : 'models'} in ${file}` };
}

function registration(): string {
  const pairs = Object.values(searchAttributes).map(({ name, type }) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create ${pairs.join(' ')}`;
}

import type { GatewayTotals } from '../../contract/gateway-totals.js';
import { gatewayIn, noGateway } from '../../contract/gateway.js';
import { askGatewayTotals } from '../../gateway/index.js';
import { shownAddress } from '../../secrets/index.js';
import { liveGateways } from '../worker/end-gateways.js';
import { localWorker, readyWorkers } from '../worker/ensure-worker.js';
import { HomeGateway } from '../../home-gateway/index.js';
import { formatCost } from '../show/amounts.js';
import { staying } from '../worker/staying.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';
import type { Session } from './session.js';

/** What serves the runs of this home. */
export async function workerCheck(session: Session, offline: boolean, world: World): Promise<Finding> {
  const isThere = await localWorker(session, { offline }, world);
  // `localWorker` leaves out those that have no key.
  if (!isThere && (await readyWorkers(session)).length > 0)
    return { found: `one of this home, for offline runs only, is running${await staying(session, world)}` };
  if (!isThere) return { found: 'none of this home; a command starts one when it needs it' };
  return { found: `one of this home is running${await staying(session, world)}` };
}

/** What makes the model calls of this home's workers. */
export async function gatewayCheck({ home, server }: Pick<Session, 'home' | 'server'>, world: World): Promise<Finding> {
  const named = gatewayIn(world.env);
  if (named !== undefined) return { found: `FANFOLD_GATEWAY names ${shownAddress(named)}` };
  if (world.env['FANFOLD_GATEWAY'] === noGateway) return { found: 'none: FANFOLD_GATEWAY is off' };
  if (server.kind !== 'embedded') return { found: 'none: the server is not of this home' };
  const live = await liveGateways(home, world.cwd);
  if (live.length > 0) {
    const shown = await Promise.all(
      live.map(async ({ socket, process: { pid } }) => `process ${pid}${doneBy(await askGatewayTotals(socket))}`),
    );
    return { found: `${live.length === 1 ? 'one' : live.length} of this home in the background (${shown.join('; ')})` };
  }
  if (await HomeGateway.canBe(home, world)) return { found: 'none of this home; a worker starts one when it needs it' };
  return {
    state: 'note',
    found: 'none: the path of this home is too long for a socket',
    advice:
      'Workers ask models themselves, and a call ends with the worker that makes it. A shorter FANFOLD_HOME changes that.',
  };
}

function doneBy(totals: GatewayTotals | undefined): string {
  if (totals === undefined) return '';
  const { workers, questions, joined, journalHits, byModel } = totals;
  const costUsd = byModel.reduce((sum, each) => sum + each.costUsd, 0);
  const saved = `${journalHits} from the journal, ${joined} joined to a call of before`;
  return `: ${workers} ${workers === 1 ? 'worker' : 'workers'}, ${questions} questions, ${saved}, ${formatCost(costUsd)}`;
}

/** Who has the key of the model API. */
export function keyPlace({ env }: Pick<World, 'env'>): string {
  return gatewayIn(env) === undefined ? 'ANTHROPIC_API_KEY is set' : 'the gateway of FANFOLD_GATEWAY has it';
}

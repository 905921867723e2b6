import type { HomeLock } from './home-lock.js';
import { choosePorts } from './ports.js';
import type { ServerRecord } from './server-record.js';
import { startServer } from './start-server.js';
import type { StartPlan } from './start-server.js';

/** Ports can be taken between the moment they were free and the moment the server binds them. */
const attempts = 5;

/**
 * Starts the embedded server on ports that are free. Under the home lock only.
 *
 * @param fixedPort the gRPC port that it must have; the Web UI may move
 * @throws UnavailableError as `startServer`
 */
export async function startOnFreePorts(
  plan: Omit<StartPlan, 'ports'>,
  held: HomeLock,
  fixedPort?: number,
): Promise<ServerRecord> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startServer({ ...plan, ports: await choosePorts(plan.home, fixedPort) }, held);
    } catch (error) {
      if ((error as { type?: string }).type !== 'PortTaken' || attempt === attempts) throw error;
    }
  }
}

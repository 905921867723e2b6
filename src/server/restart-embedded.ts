import { adopt } from './embedded-server.js';
import { findTemporalCli } from './find-temporal-cli.js';
import { withHomeLock } from './home-lock.js';
import type { HomeMembership } from './membership.js';
import { startOnFreePorts } from './start-on-free-ports.js';
import type { TemporalServer } from './temporal-server.js';

/**
 * Starts the embedded server again on its former gRPC port, unless another process was faster.
 *
 * @returns whether it was this process
 * @throws UnavailableError when it does not start; `PortTaken` when another program has its port now
 */
export async function restartEmbedded(
  { home, env, say }: HomeMembership,
  server: TemporalServer,
  stopped: AbortSignal,
): Promise<boolean> {
  const cli = await findTemporalCli(env, say);
  return withHomeLock(home, async (held) => {
    if (stopped.aborted || (await adopt(home)) !== undefined) return false;
    await startOnFreePorts({ home, cli, env }, held, portOf(server.address));
    return true;
  });
}

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}

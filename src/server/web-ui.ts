import { withoutUser } from '../secrets/index.js';
import { askServer } from './probe.js';
import type { ServerConnectionOptions, TemporalServer } from './temporal-server.js';

const cloudUi = 'https://cloud.temporal.io';

/** Longest wait for a Web UI, in milliseconds; a link is worth no more. */
const answerWithinMs = 1_000;

/**
 * Page of a workflow in the Web UI, on the timeline of its run; null when the server's Web UI is not known.
 */
export function webUiUrl(
  { uiUrl, namespace }: Pick<TemporalServer, 'uiUrl' | 'namespace'>,
  workflowId: string,
  runId?: string,
): string | null {
  if (uiUrl === null) return null;
  const page = ['namespaces', namespace, 'workflows', workflowId, ...(runId ? [runId, 'timeline'] : [])];
  return `${uiUrl}/${page.map(encodeURIComponent).join('/')}`;
}

/**
 * Root of the Web UI that belongs to a server: FANFOLD_WEB_UI if set, Temporal Cloud's, or the one beside a server on
 * this machine; null when none is found.
 */
export async function findWebUi(options: ServerConnectionOptions, env: NodeJS.ProcessEnv): Promise<string | null> {
  const configured = env['FANFOLD_WEB_UI'];
  if (configured) return withoutUser(configured).replace(/\/+$/, '');
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(options.address) ?? [];
  if (/\.(tmprl\.cloud|api\.temporal\.io)$/.test(host)) return cloudUi;
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) return null;
  // The ports of the development server's Web UI, and of the usual docker compose files.
  return firstOf([Number(port) + 1_000, 8080], options);
}

async function firstOf(ports: readonly number[], options: ServerConnectionOptions): Promise<string | null> {
  const clusterId = await askServer(options, answerWithinMs, async ({ workflowService }) => {
    return (await workflowService.getClusterInfo({})).clusterId;
  }).catch(() => '');
  if (!clusterId) return null;
  for (const port of ports) {
    const url = `http://127.0.0.1:${port}`;
    // The Web UI there may be another server's.
    if ((await clusterIdAt(url)) === clusterId) return url;
  }
  return null;
}

async function clusterIdAt(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/api/v1/cluster-info`, { signal: AbortSignal.timeout(answerWithinMs) });
    return ((await answer.json()) as { clusterId?: string } | null)?.clusterId;
  } catch {
    return undefined;
  }
}

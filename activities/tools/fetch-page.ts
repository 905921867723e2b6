import { privateHostsOf } from '../../src/contract/tool.js';
import type { ToolBy } from '../../src/contract/tool.js';
import type { CpuPool } from '../../src/cpu/index.js';
import type { Policy } from '../../src/tools/index.js';
import { assertPrivateHost } from '../branch/allowed.js';
import { charsetOf } from '../../src/files/index.js';
import { guardedFetch } from '../sources/guarded-fetch.js';
import { toolFailure } from './tool-failure.js';

/** Largest body, in bytes. */
const mostBytes = 20_000_000;

/**
 * Fetches the document at an address of an allowed host, as the reader of documents gives it.
 *
 * @param by its hosts are the allowed ones, with their port where it is not the usual one
 * @throws ApplicationFailure `NotAllowed`, `ToolFailed` or `SourceFailed`
 */
export async function fetchPage(
  address: string,
  by: Extract<ToolBy, { kind: 'fetch' }>,
  { cpu, policy, env }: { cpu: Pick<CpuPool, 'run'>; policy: Policy; env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<{ address: string; text: string }> {
  if (!URL.canParse(address)) throw toolFailure(`Expected an address with https://, got \`${address}\`.`);
  const url = new URL(address);
  const { hosts } = by;
  const privateHosts = privateHostsOf(by);
  if (!hosts.includes(url.host)) {
    throw toolFailure(`Expected an address at ${hosts.join(' or ')}, got \`${url.host}\`.`);
  }
  const page = await guardedFetch(url, {
    mayContact: (host) => hosts.includes(host),
    mayBePrivate: async (host) => {
      if (!privateHosts.includes(host)) return false;
      await assertPrivateHost(host, policy);
      return true;
    },
    mostBytes,
    accept: 'text/html, text/plain, application/json, application/pdf, */*;q=0.8',
    signal,
    env,
  });
  const charset = charsetOf(page.type);
  const { text } = await cpu
    .run(
      'readBytes',
      {
        bytes: page.body,
        name: page.url.pathname.split('/').at(-1) ?? '',
        address: page.url.href,
        ...(charset !== undefined && { charset }),
        ...(page.type.includes('html') && { kind: 'html' as const }),
      },
      signal,
    )
    .catch((error: Error) => {
      if (signal.aborted) throw error;
      throw toolFailure(
        `Expected a page or a document, got ${page.type || 'something without a type'}. ${error.message}`,
      );
    });
  return { address: page.url.href, text };
}

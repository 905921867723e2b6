import { privateHostsOf } from '../../src/contract/tool.js';
import type { ToolBy } from '../../src/contract/tool.js';
import type { CpuPool } from '../../src/cpu/index.js';
import type { Policy } from '../../src/tools/index.js';
import { assertPrivateHost } from '../branch/allowed.js';
import { charsetOf, decodeText } from '../../src/files/index.js';
import { guardedFetch } from '../sources/guarded-fetch.js';
import { toolFailure } from './tool-failure.js';

const mostBytes = 5_000_000;

/**
 * Fetches the text at an address of an allowed host; HTML as text.
 *
 * @param by its hosts are the allowed ones, with their port where it is not the usual one
 * @throws ApplicationFailure `NotAllowed`, `ToolFailed` or `SourceFailed`
 */
export async function fetchPage(
  address: string,
  by: Extract<ToolBy, { kind: 'fetch' }>,
  { cpu, policy }: { cpu: Pick<CpuPool, 'run'>; policy: Policy },
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
    accept: 'text/html, text/plain, application/json',
    signal,
  });
  if (!/^(text\/|application\/(json|xml|xhtml))/.test(page.type)) {
    throw toolFailure(`Expected text, got ${page.type || 'something without a type'}.`);
  }
  const charset = charsetOf(page.type);
  const text = page.type.includes('html')
    ? await cpu.run(
        'extractText',
        { kind: 'html', bytes: page.body, address: page.url.href, ...(charset !== undefined && { charset }) },
        signal,
      )
    : decodeText(page.body, charset);
  return { address: page.url.href, text };
}

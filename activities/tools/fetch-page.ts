import type { CpuPool } from '../../src/cpu/index.js';
import { guardedFetch } from '../sources/guarded-fetch.js';
import { toolFailure } from './tool-failure.js';

const mostBytes = 5_000_000;

/**
 * What is at an address of an allowed host; HTML as text.
 *
 * @param hosts allowed ones, with their port where it is not the usual one
 * @throws ApplicationFailure `ToolFailed` or `SourceFailed`
 */
export async function fetchPage(
  address: string,
  { hosts, mayBePrivate }: { hosts: readonly string[]; mayBePrivate: boolean },
  cpu: Pick<CpuPool, 'run'>,
  signal: AbortSignal,
): Promise<{ address: string; text: string }> {
  if (!URL.canParse(address)) throw toolFailure(`Expected an address with https://, got \`${address}\`.`);
  const url = new URL(address);
  if (!hosts.includes(url.host)) {
    throw toolFailure(`Expected an address at ${hosts.join(' or ')}, got \`${url.host}\`.`);
  }
  const page = await guardedFetch(url, {
    mayContact: (host) => hosts.includes(host),
    private: mayBePrivate,
    mostBytes,
    headers: { accept: 'text/html, text/plain, application/json' },
    signal,
  });
  if (!/^(text\/|application\/(json|xml|xhtml))/.test(page.type)) {
    throw toolFailure(`Expected text, got ${page.type || 'something without a type'}.`);
  }
  const text = page.type.includes('html')
    ? await cpu.run('extractText', { kind: 'html', bytes: page.body }, signal)
    : page.body.toString();
  return { address: page.url.href, text };
}

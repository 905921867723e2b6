import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

import ipaddr from 'ipaddr.js';
import { Agent, fetch } from 'undici';

import { retryAfterMs } from '../../src/model/index.js';
import { failed } from './source-failure.js';

const mostRedirects = 5;

/** Longest wait that a source is granted between two tries, in milliseconds. */
const mostWaitMs = 30_000;

export interface GuardedFetch {
  /** Whether a host may be contacted, the first one and each one that is redirected to: a host name with its port. */
  mayContact(host: string): boolean;
  /** Whether hosts may have private addresses. */
  private: boolean;
  /** Largest body, in bytes. */
  mostBytes: number;
  headers: Record<string, string>;
  signal: AbortSignal;
}

export interface Fetched {
  url: URL;
  type: string;
  body: Buffer;
}

/**
 * Fetches what is at an address. Only hosts that may be are contacted, redirects included, and private addresses only where that
 * is meant: what a name resolves to is looked at when the connection is made, and not before.
 *
 * @throws ApplicationFailure `SourceFailed`, retryable where another try may help
 */
export async function guardedFetch(first: URL, guard: GuardedFetch): Promise<Fetched> {
  const agent = new Agent({ connect: { lookup: lookupOf(guard.private) } });
  try {
    let url = first;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      if (!guard.mayContact(url.host) || !/^https?:$/.test(url.protocol)) {
        throw failed(
          url === first
            ? `It may not contact ${url.protocol}//${url.host}.`
            : `It redirects to ${url.host}, which is not its own host ${first.host}.`,
          false,
        );
      }
      assertAddress(url.hostname, guard.private);
      const response = await fetch(url, {
        dispatcher: agent,
        redirect: 'manual',
        signal: guard.signal,
        headers: { 'user-agent': 'fanfold', ...guard.headers },
      });
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        url = new URL(location, url);
        continue;
      }
      if (!response.ok) throw await refused(response);
      const type = response.headers.get('content-type') ?? '';
      return { url, type, body: await bodyOf(response, guard.mostBytes) };
    }
    throw failed(`It redirects more than ${mostRedirects} times.`, false);
  } finally {
    await agent.close().catch(() => {});
  }
}

type Response = Awaited<ReturnType<typeof fetch>>;

async function refused(response: Response): Promise<Error> {
  await response.body?.cancel();
  const later = response.status === 429 || response.status === 408 || response.status >= 500;
  const askedMs = retryAfterMs(response.headers, Date.now());
  return failed(
    `It answered with status ${response.status}.`,
    later,
    askedMs === undefined ? undefined : Math.min(askedMs, mostWaitMs),
  );
}

async function bodyOf(response: Response, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size > mostBytes) throw failed(`Its answer is larger than ${mostBytes} bytes.`, false);
  }
  return Buffer.concat(chunks);
}

function assertAddress(hostname: string, mayBePrivate: boolean): void {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(bare)) assertPublic(bare, mayBePrivate);
}

function assertPublic(address: string, mayBePrivate: boolean): void {
  const range = ipaddr.process(address).range();
  if (range !== 'unicast' && !mayBePrivate) {
    throw failed(`Its address ${address} is ${range}; say \`private: true\` where that is meant.`, false);
  }
}

/** As a connection looks its host up; every address of it is looked at. */
function lookupOf(mayBePrivate: boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      try {
        for (const { address } of addresses) assertPublic(address, mayBePrivate);
      } catch (refusal) {
        return done(refusal as Error, []);
      }
      return done(null, addresses);
    });
  };
}

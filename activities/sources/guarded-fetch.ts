import { lookup } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

import ipaddr from 'ipaddr.js';
import { Agent, fetch } from 'undici';

import { proxyOf } from '../../src/network/index.js';
import { tunnel } from '../../src/network/tunnel.js';
import { retryAfterMs } from '../../src/model/index.js';
import { notAllowed } from '../branch/allowed.js';
import { failed } from './source-failure.js';

const mostRedirects = 5;

/** Longest wait that a source is granted between two tries, in milliseconds. */
const mostWaitMs = 30_000;

export interface GuardedFetch {
  /** Whether a host may be contacted: a name with its port. The first host is asked about, and each one that is redirected to. */
  mayContact(host: string): boolean;
  /** Whether a host may have a private address. An error of this function ends the fetch. */
  mayBePrivate(host: string): Promise<boolean>;
  /** Largest body, in bytes. */
  mostBytes: number;
  accept: string;
  /** Headers, sent to the first address's scheme, host and port alone. */
  headers?: Record<string, string>;
  signal: AbortSignal;
  /** Says which proxy is asked; by default none. */
  env?: NodeJS.ProcessEnv;
}

export interface Fetched {
  url: URL;
  type: string;
  body: Buffer;
}

/**
 * Fetches the body at an address.
 *
 * GuardedFetch-1. Only allowed hosts are contacted, redirects included. No redirect leads from https to http.
 * GuardedFetch-2. A private address is contacted only where the host may have one. The addresses of a name are checked when the
 *     connection is made, not before.
 *     A proxy is given the address that was checked, never the name: it might find another one.
 * GuardedFetch-3. Headers go to their own origin alone: a redirect to another origin is followed without them.
 *
 * @throws ApplicationFailure `NotAllowed` for a private address, else `SourceFailed`, retryable where another try may help
 */
export async function guardedFetch(first: URL, guard: GuardedFetch): Promise<Fetched> {
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
    const answer = await fetchHop(url, guard, url.origin === first.origin ? guard.headers : {});
    if (!(answer instanceof URL)) return answer;
    if (url.protocol === 'https:' && answer.protocol === 'http:') {
      throw failed(`It redirects from https to http, at ${answer.host}.`, false);
    }
    url = answer;
  }
  throw failed(`It redirects more than ${mostRedirects} times.`, false);
}

/** The body at the address, or the address that it redirects to. */
async function fetchHop(url: URL, guard: GuardedFetch, headers: GuardedFetch['headers']): Promise<Fetched | URL> {
  const mayBePrivate = await guard.mayBePrivate(url.host);
  assertAddress(url.hostname, mayBePrivate);
  // The agent serves this fetch alone: a connection that was allowed for one host must not serve another.
  const agent = new Agent({ connect: connectOf(url, mayBePrivate, guard.env) });
  try {
    const response = await fetch(url, {
      dispatcher: agent,
      redirect: 'manual',
      signal: guard.signal,
      headers: { 'user-agent': 'fanfold', accept: guard.accept, ...headers },
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      return new URL(location, url);
    }
    if (!response.ok) throw await refused(response);
    const type = response.headers.get('content-type') ?? '';
    return { url, type, body: await bodyOf(response, guard.mostBytes) };
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
    throw notAllowed(`Its address ${address} is ${range}; say \`private: true\` where that is meant.`);
  }
}

/** The variable that says that the proxy is trusted to refuse private addresses, and is to look names up by itself. */
const proxyResolves = 'FANFOLD_PROXY_RESOLVES';

function connectOf(
  url: URL,
  mayBePrivate: boolean,
  env: NodeJS.ProcessEnv = {},
): NonNullable<Agent.Options['connect']> {
  const proxy = proxyOf(url, env);
  if (proxy === undefined) return { lookup: lookupOf(mayBePrivate) };
  return env[proxyResolves] === '1' ? tunnel(proxy) : tunnel(proxy, (host) => checkedAddress(host, mayBePrivate));
}

/** What a proxy is given of a host. A name that only the proxy knows is left to it where the host may be private. */
async function checkedAddress(host: string, mayBePrivate: boolean): Promise<string> {
  if (mayBePrivate || ipaddr.isValid(host)) return host;
  const addresses = await lookUp(host, { all: true }).catch(() => []);
  for (const { address } of addresses) assertPublic(address, mayBePrivate);
  const [first] = addresses;
  if (first !== undefined) return first.address;
  throw failed(
    `Its name ${host} cannot be looked up here, so nobody can tell whether it is private. Set ${proxyResolves}=1 where the proxy refuses private addresses.`,
    true,
  );
}

/** Looks a host up for a connection, and checks every address that it has. */
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

import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { ApplicationFailure } from '@temporalio/common';
import ipaddr from 'ipaddr.js';
import { query } from 'json-p3';
import { Agent, fetch } from 'undici';

import { hitsOfSource } from '../../src/contract/gather-plan.js';
import type { Hit, HttpSource } from '../../src/contract/gather-plan.js';

const mostRedirects = 5;
/** Largest answer, in bytes. */
const mostBytes = 5_000_000;
const textLength = 1_500;

/**
 * Searches a source over HTTP. Only its own host is contacted, redirects included, and a private address only where the source
 * says so: what its name resolves to is looked at when the connection is made, and not before.
 *
 * @throws ApplicationFailure `SourceFailed`, retryable where another try may help
 */
export async function searchHttp(
  source: HttpSource,
  question: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Hit[]> {
  const first = new URL(source.url.replaceAll(/\{\{\s*query\s*\}\}/g, encodeURIComponent(question)));
  const agent = new Agent({ connect: { lookup: lookupOf(source.private === true) } });
  try {
    let url = first;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      if (url.host !== first.host || !/^https?:$/.test(url.protocol)) {
        throw failed(`It redirects to ${url.host}, which is not its own host ${first.host}.`, false);
      }
      assertAddress(url.hostname, source.private === true);
      const response = await fetch(url, {
        dispatcher: agent,
        redirect: 'manual',
        signal,
        headers: { accept: 'application/json', 'user-agent': 'fanfold', ...headersOf(source, env) },
      });
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        url = new URL(location, url);
        continue;
      }
      if (!response.ok) throw await refused(response);
      return hitsIn(await bodyOf(response), source);
    }
    throw failed(`It redirects more than ${mostRedirects} times.`, false);
  } finally {
    await agent.close().catch(() => {});
  }
}

type Response = Awaited<ReturnType<typeof fetch>>;

async function refused(response: Response): Promise<ApplicationFailure> {
  await response.body?.cancel();
  const later = response.status === 429 || response.status === 408 || response.status >= 500;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return failed(
    `It answered with status ${response.status}.`,
    later,
    seconds > 0 ? Math.min(seconds, 30) * 1_000 : undefined,
  );
}

async function bodyOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size > mostBytes) throw failed(`Its answer is larger than ${mostBytes} bytes.`, false);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch {
    throw failed(`Its answer is not JSON: ${JSON.stringify(text.slice(0, 60))}.`, false);
  }
}

function hitsIn(body: unknown, source: HttpSource): Hit[] {
  const values = query(source.hits, body as never).values();
  return values.slice(0, hitsOfSource).flatMap((hit): Hit[] => {
    const part = (path: string) => {
      const [value] = query(path, hit).values();
      return typeof value === 'string' ? plain(value) : typeof value === 'number' ? String(value) : '';
    };
    const found = { title: part(source.title), link: part(source.link), text: part(source.text).slice(0, textLength) };
    return found.link === '' ? [] : [{ ...found, title: found.title || found.link }];
  });
}

/** Search services mark their hits with HTML. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^>]{0,200}>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#039;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function headersOf({ headers = {} }: HttpSource, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
        // What a run's input names is sent to a host that it names too.
        if (/^(ANTHROPIC|TEMPORAL|FANFOLD)_/.test(variable)) {
          throw failed(`Its header ${name} may not have the variable ${variable}.`, false);
        }
        const found = env[variable];
        if (found === undefined)
          throw failed(`Its header ${name} needs ${variable} in the worker's environment.`, false);
        return found;
      }),
    ]),
  );
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

export function failed(message: string, retryable: boolean, nextRetryDelay?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'SourceFailed',
    message,
    nonRetryable: !retryable,
    ...(nextRetryDelay !== undefined && { nextRetryDelay }),
  });
}

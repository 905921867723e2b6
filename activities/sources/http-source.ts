import type { Hit, HttpSource } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import { headerFault, looksSecret, sentHeader } from '../../src/secrets/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import { addressOf, headerVariables, isReserved } from '../../src/tools/index.js';
import type { Policy } from '../../src/tools/index.js';
import { assertHeaderVariable, assertPrivateHost, notAllowed } from '../branch/allowed.js';
import { inTime } from '../branch/out-of-time.js';
import { guardedFetch } from './guarded-fetch.js';
import type { Fetched } from './guarded-fetch.js';
import type { Pace } from './pace.js';
import { failed } from './source-failure.js';

/** Largest answer, in bytes. */
const mostBytes = 5_000_000;

/** The parts of its process that a search needs. `run` names the run whose time for patterns its JSONPaths take. */
interface Searching {
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
  pace: Pace;
  policy: Policy;
  run: string;
}

/** The environment that headers are made of, and the secrets that their values are added to. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  secrets: Pick<Secrets, 'add' | 'addUrl' | 'addVariable'>;
}

/**
 * Searches a source over HTTP; only its own host is contacted.
 *
 * @throws ApplicationFailure `NotAllowed`, or `SourceFailed`, retryable where another try may help; `TimedOut` where its JSONPaths
 *   take too long
 */
export async function searchHttp(
  source: HttpSource,
  question: string,
  surroundings: Surroundings & Searching,
  signal: AbortSignal,
): Promise<Hit[]> {
  const { pace, policy } = surroundings;
  const url = checkedAddress(source, question, surroundings);
  if (source.private === true) await assertPrivateHost(url.host, policy);
  const headers = await headersOf(source, url.origin, surroundings, policy);
  if (source.everyMs !== undefined) await pace.wait(url.host, source.everyMs, signal);
  const fetched = await guardedFetch(url, {
    mayContact: (host) => host === url.host,
    mayBePrivate: async () => source.private === true,
    mostBytes,
    accept: source.format === 'xml' ? 'application/atom+xml, application/xml' : 'application/json',
    headers,
    signal,
    env: surroundings.env,
  });
  return hitsIn(fetched, source, surroundings, signal);
}

/** A JSONPath may have regular expressions: it runs where it can be stopped. */
async function hitsIn(
  { url, type, body }: Fetched,
  source: HttpSource,
  { cpu, run }: Searching,
  signal: AbortSignal,
): Promise<Hit[]> {
  const { hits, title, link, text, page, rank, format } = source;
  const input = {
    answer: { bytes: body, type },
    source: {
      hits,
      title,
      link,
      text,
      ...(page !== undefined && { page }),
      ...(rank !== undefined && { rank }),
      ...(format !== undefined && { format }),
    },
    // Without its query, which may hold a token.
    address: `${url.origin}${url.pathname}`,
  };
  const found = await cpu.runPattern('readHits', input, run, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(error.message, false);
  });
  return inTime(found, 'Reading its answer by its JSONPaths');
}

/** Makes the address of a search. Errors do not quote it: the query may hold a token. */
function checkedAddress(source: HttpSource, question: string, { secrets }: Surroundings): URL {
  // The question is taken out first: it may stand anywhere in the address.
  secrets.addUrl(source.url.replaceAll(/\{\{\s*query\s*\}\}/g, ''));
  const url = parsedAddress(source, question);
  if (url === undefined) throw failed('Its address is none.', false);
  if (url.username !== '' || url.password !== '') {
    throw failed('Its address may have no user and no password; a header can have what it needs.', false);
  }
  return url;
}

function parsedAddress(source: HttpSource, question: string): URL | undefined {
  try {
    return addressOf(source, question);
  } catch {
    return undefined;
  }
}

/** The headers of a source. Every variable in them is checked before any is read. */
async function headersOf(
  { headers = {} }: HttpSource,
  origin: string,
  { env, secrets }: Surroundings,
  policy: Policy,
): Promise<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    for (const [, variable = ''] of value.matchAll(headerVariables)) {
      if (isReserved(variable)) throw notAllowed(`Its header ${name} may not have the variable ${variable}.`);
      await assertHeaderVariable(variable, origin, policy);
      if (env[variable] === undefined) {
        throw failed(`Its header ${name} needs ${variable} in the worker's environment.`, false);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, given]) => {
      const value = given.replaceAll(headerVariables, (_, variable: string) => {
        const found = env[variable] ?? '';
        secrets.addVariable(variable, found);
        return found;
      });
      if (looksSecret(name, value)) secrets.add(value);
      const sent = sentHeader(value);
      const fault = headerFault(name, sent);
      if (fault !== undefined) throw failed(`It has ${fault}.`, false);
      return [name, sent];
    }),
  );
}

import type { Hit, HttpSource } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import { inTime } from '../out-of-time.js';
import { guardedFetch } from './guarded-fetch.js';
import type { Pace } from './pace.js';
import { failed } from './source-failure.js';

/** Largest answer, in bytes. */
const mostBytes = 5_000_000;

/** What a search needs of the process that it runs in; `run` names whose time its JSONPaths take. */
interface Surroundings {
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
  pace: Pace;
  run: string;
}

/**
 * Searches a source over HTTP; only its own host is contacted.
 *
 * @throws ApplicationFailure `SourceFailed`, retryable where another try may help; `TimedOut` where its JSONPaths take too long
 */
export async function searchHttp(
  source: HttpSource,
  question: string,
  env: NodeJS.ProcessEnv,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Hit[]> {
  const { cpu, pace } = surroundings;
  const url = new URL(source.url.replaceAll(/\{\{\s*query\s*\}\}/g, encodeURIComponent(question)));
  if (source.everyMs !== undefined) await pace.turn(url.host, source.everyMs, signal);
  const { body } = await guardedFetch(url, {
    mayContact: (host) => host === url.host,
    private: source.private === true,
    mostBytes,
    headers: {
      accept: source.format === 'xml' ? 'application/atom+xml, application/xml' : 'application/json',
      ...headersOf(source, env),
    },
    signal,
  });
  const text = body.toString();
  if (source.format !== 'xml') return hitsIn(asJson(text), source, surroundings, signal);
  const parsed = await cpu.run('parseXml', { text }, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(`Its answer is not XML: ${error.message}`, false);
  });
  return hitsIn(parsed, source, surroundings, signal);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failed(`Its answer is not JSON: ${JSON.stringify(text.slice(0, 60))}.`, false);
  }
}

/** A JSONPath may have regular expressions: it runs where it can be stopped. */
async function hitsIn(
  body: unknown,
  source: HttpSource,
  { cpu, run }: Surroundings,
  signal: AbortSignal,
): Promise<Hit[]> {
  const { hits, title, link, text } = source;
  const input = { body, source: { hits, title, link, text } };
  const found = await cpu.runPattern('readHits', input, run, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    throw failed(`Its answer cannot be read by its JSONPaths: ${error.message}`, false);
  });
  return inTime(found, 'Reading its answer by its JSONPaths');
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

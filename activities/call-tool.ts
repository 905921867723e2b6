import type { Activities, ToolCall } from '../src/contract/activities.js';
import type { Tool } from '../src/contract/tool.js';
import type { FolderHits } from '../src/contract/source.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { Policy } from '../src/tools/index.js';
import { allowedFolder } from './branch/allowed.js';
import type { Secrets } from '../src/secrets/index.js';
import type { ActivitiesSettings } from './settings.js';
import { branchActivity } from './branch/branch-activity.js';
import { placeOutput } from './stored/place-output.js';
import { secretsOf } from './branch/secrets-of.js';
import { fitsOf } from '../src/model/call/schema-fit.js';
import type { PatternHost } from '../src/model/call/schema-fit.js';
import { searchFolder } from './sources/folder-source.js';
import type { Pace } from './sources/pace.js';
import { searchHttp } from './sources/http-source.js';
import { storedValue } from './stored/stored-value.js';
import { calculate } from './tools/calculator.js';
import { currentTime } from './tools/clock.js';
import { fetchPage } from './tools/fetch-page.js';
import { listFiles, readFilePart } from './tools/files.js';
import { RegisteredTools } from './tools/registered-tools.js';
import { toolFailure, uncheckedInput } from './tools/tool-failure.js';

/** Longest result that is shown to the model, in UTF-16 code units. */
const mostCharacters = 60_000;

/** The activity `callTool`: one call of one tool per attempt. */
export function createCallTool(
  settings: ActivitiesSettings,
  cpu: Pick<CpuPool, 'run' | 'runPattern'>,
  pace: Pace,
  policy: Policy,
): Activities['callTool'] {
  const { env = {}, secrets = secretsOf(settings) } = settings;
  const registered = new RegisteredTools(policy, env, secrets);
  return (call) =>
    branchActivity('ToolFailed', '', async (signal, name) => {
      const input = await storedValue(call.input, settings.store);
      const surroundings = { registered, env, secrets, cpu, run: name, pace, policy, signal };
      await checkInput(call.tool, input, surroundings);
      const result = await run(call, input as Input, surroundings);
      return placeOutput(shownResult(result), call.inlineBytes, settings.store);
    });
}

interface Input {
  [name: string]: unknown;
}

interface Surroundings {
  registered: RegisteredTools;
  env: NodeJS.ProcessEnv;
  secrets: Secrets;
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
  /** Names whose time the patterns take. */
  run: string;
  pace: Pace;
  policy: Policy;
  signal: AbortSignal;
}

async function run({ tool }: ToolCall, input: Input, surroundings: Surroundings): Promise<unknown> {
  const { by } = tool;
  const { registered, policy, signal } = surroundings;
  const text = (name: string, otherwise = ''): string => {
    const value = input[name];
    return typeof value === 'string' ? value : otherwise;
  };
  switch (by.kind) {
    case 'calculator':
      return calculate(text('expression'));
    case 'time':
      return currentTime(text('timezone', 'UTC'));
    case 'list-files':
      return listFiles(await allowedFolder(by.folder, policy), text('path', '.'), surroundings, signal);
    case 'read-file': {
      const part = { path: text('path'), from: Number(input['from'] ?? 0) };
      return readFilePart(await allowedFolder(by.folder, policy), part, surroundings, signal);
    }
    case 'source':
      return by.source.kind === 'files'
        ? shownHits(await searchFolder(by.source, text('query'), surroundings, signal))
        : searchHttp(by.source, text('query'), surroundings, signal);
    case 'fetch':
      return fetchPage(text('url'), by, surroundings, signal);
    case 'registered':
      return registered.call(by, input, surroundings, signal);
  }
}

/** The hits alone where the whole folder was searched; otherwise also how many files were not. */
function shownHits({ hits, notSearched }: FolderHits): unknown {
  return notSearched === undefined ? hits : { hits, notSearched };
}

/** Checks the input against the tool's schema: the API does not hold the model to it. */
async function checkInput({ name, inputSchema, by }: Tool, input: unknown, host: PatternHost): Promise<void> {
  // A module checks its input itself: its zod schema knows more than JSON Schema can say.
  if (by.kind === 'registered') return;
  const fit = await fitOf(name, inputSchema, host)(input);
  if ('unchecked' in fit) throw uncheckedInput(name, fit.unchecked);
  if (fit.misfit !== undefined) throw toolFailure(`The input of \`${name}\` does not fit, ${fit.misfit}.`);
}

function fitOf(name: string, schema: Tool['inputSchema'], host: PatternHost): ReturnType<typeof fitsOf> {
  try {
    return fitsOf(schema, host);
  } catch (error) {
    throw toolFailure(`What \`${name}\` takes cannot be checked: ${(error as Error).message}`);
  }
}

function shownResult(result: unknown): unknown {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  if (text.length <= mostCharacters) return result ?? '';
  return `${text.slice(0, mostCharacters).replace(/[\uD800-\uDBFF]$/, '')}… (cut: ${text.length - mostCharacters} more characters)`;
}

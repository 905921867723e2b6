import { Ajv2020 } from 'ajv/dist/2020.js';

import type { Activities, ToolCall } from '../src/contract/activities.js';
import type { Tool } from '../src/contract/tool.js';
import type { FolderHits } from '../src/plan/gather-plan.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { ActivitiesSettings } from './settings.js';
import { branchActivity } from './branch/branch-activity.js';
import { placeOutput } from './stored/place-output.js';
import { searchFolder } from './sources/folder-source.js';
import type { Pace } from './sources/pace.js';
import { searchHttp } from './sources/http-source.js';
import { storedValue } from './stored/stored-value.js';
import { calculate } from './tools/calculator.js';
import { currentTime } from './tools/clock.js';
import { fetchPage } from './tools/fetch-page.js';
import { listFiles, readFilePart } from './tools/files.js';
import { RegisteredTools } from './tools/registered-tools.js';
import { toolFailure } from './tools/tool-failure.js';

/** Longest result that is shown to the model, in UTF-16 code units. */
const mostCharacters = 60_000;

/** The activity `callTool`: one call of one tool per attempt. */
export function createCallTool(
  settings: ActivitiesSettings,
  cpu: Pick<CpuPool, 'run'>,
  pace: Pace,
): Activities['callTool'] {
  const registered = new RegisteredTools(settings.tools, settings.env ?? {});
  return (call) =>
    branchActivity('ToolFailed', '', async (signal) => {
      const input = await storedValue(call.input, settings.store);
      checkInput(call.tool, input);
      const result = await run(call, input as Input, { registered, env: settings.env ?? {}, cpu, pace, signal });
      return placeOutput(shownResult(result), call.inlineBytes, settings.store);
    });
}

interface Input {
  [name: string]: unknown;
}

interface Surroundings {
  registered: RegisteredTools;
  env: NodeJS.ProcessEnv;
  cpu: Pick<CpuPool, 'run'>;
  pace: Pace;
  signal: AbortSignal;
}

async function run(
  { tool }: ToolCall,
  input: Input,
  { registered, env, cpu, pace, signal }: Surroundings,
): Promise<unknown> {
  const { by } = tool;
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
      return listFiles(by.folder, text('path', '.'), { cpu, env }, signal);
    case 'read-file':
      return readFilePart(by.folder, { path: text('path'), from: Number(input['from'] ?? 0) }, { cpu, env }, signal);
    case 'source':
      return by.source.kind === 'files'
        ? shownHits(await searchFolder(by.source, text('query'), { cpu, env }, signal))
        : searchHttp(by.source, text('query'), env, { cpu, pace }, signal);
    case 'fetch':
      return fetchPage(text('url'), { hosts: by.hosts, mayBePrivate: by.private === true }, cpu, signal);
    case 'registered':
      return registered.call(by, input, signal);
  }
}

/** The hits alone, where all of the folder was searched. */
function shownHits({ hits, notSearched }: FolderHits): unknown {
  return notSearched === undefined ? hits : { hits, notSearched };
}

/** The API holds the model to no schema of a tool. */
function checkInput({ name, inputSchema, by }: Tool, input: unknown): void {
  // A module's own schema knows more than what of it can be said in JSON.
  if (by.kind === 'registered') return;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  const fits = ajv.compile(inputSchema);
  if (fits(input)) return;
  throw toolFailure(`The input of \`${name}\` does not fit: ${ajv.errorsText(fits.errors)}.`);
}

function shownResult(result: unknown): unknown {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  if (text.length <= mostCharacters) return result ?? '';
  return `${text.slice(0, mostCharacters).replace(/[\uD800-\uDBFF]$/, '')}… (cut: ${text.length - mostCharacters} more characters)`;
}

import type { ToolCall } from '../../src/contract/activities.js';
import type { FolderHits } from '../../src/contract/source.js';
import type { CpuPool } from '../../src/cpu/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import type { Policy } from '../../src/tools/index.js';
import { allowedFolder } from '../branch/allowed.js';
import { searchFolder } from '../sources/folder-source.js';
import { searchHttp } from '../sources/http-source.js';
import type { Pace } from '../sources/pace.js';
import { calculate } from './calculator.js';
import { currentTime } from './clock.js';
import { fetchPage } from './fetch-page.js';
import { listFiles, readFilePart } from './files.js';
import { readResult } from './read-result.js';
import type { RegisteredTools } from './registered-tools.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/** What a tool was given by the model. */
export interface Input {
  [name: string]: unknown;
}

/** What tools work with. */
export interface Surroundings {
  registered: RegisteredTools;
  env: NodeJS.ProcessEnv;
  secrets: Secrets;
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
  /** Names whose time the patterns take. */
  run: string;
  pace: Pace;
  policy: Policy;
  store: Pick<BlobStore, 'readText'>;
  signal: AbortSignal;
}

/**
 * What a tool returns.
 *
 * @throws ApplicationFailure `NotAllowed`, `ToolFailed`, `SourceFailed` or `TimedOut`, or what a registered tool throws
 */
export async function runTool({ tool, of }: ToolCall, input: Input, surroundings: Surroundings): Promise<unknown> {
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
    case 'result':
      return readResult(of, { call: text('call'), from: Number(input['from'] ?? 0) }, surroundings.store);
    case 'registered':
      return registered.call(by, input, surroundings, signal);
  }
}

/** The hits alone, where all of the folder was searched. */
function shownHits({ hits, notSearched }: FolderHits): unknown {
  return notSearched === undefined ? hits : { hits, notSearched };
}

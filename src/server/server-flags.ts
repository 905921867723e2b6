import { basename } from 'node:path';

import { searchAttributes } from '../contract/names.js';
import { homePaths } from './paths.js';
import type { Ports } from './ports.js';

const dynamicConfig = {
  // One partition is faster, and makes priorities strict.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // Runs of the same priority get their tasks by turns: each has a fairness key of its own.
  'matching.enableFairness': true,
  // More than 100 completions during one workflow task would fail that task and cost a full replay.
  'history.maximumBufferedEventsBatch': 5_000,
  // Cancellation reaches an activity at once instead of with its next heartbeat.
  'frontend.WorkerCommandsEnabled': true,
  'system.enableCancelActivityWorkerCommand': true,
};

/** How the command line spells the types of search attributes. */
const typeNames = { KEYWORD: 'Keyword', DOUBLE: 'Double', INT: 'Int' } as const;

/** Flags of `temporal server start-dev` that fanfold cannot do without. */
export const neededFlags = [
  '--db-filename',
  '--sqlite-pragma',
  '--search-attribute',
  '--dynamic-config-value',
  '--ui-port',
];

/**
 * The name that the server is given of a home's database. It takes the name into an address: it cuts it at `#` and `?`, and decodes
 * `%XX`. A path with these is left out, and the server works in the home.
 */
export function databaseName(home: string): string {
  const { database } = homePaths(home);
  return /[#?%]/.test(database) ? basename(database) : database;
}

/** Arguments that start the embedded server of a home, which is to be its working directory. */
export function serverArguments(home: string, { port, uiPort }: Ports): string[] {
  const flags: [flag: string, value: string | number][] = [
    ['--ip', '127.0.0.1'],
    ['--port', port],
    ['--ui-port', uiPort],
    ['--db-filename', databaseName(home)],
    // Four times faster than the default, and safe when the process is killed.
    ['--sqlite-pragma', 'journal_mode=wal'],
    ['--sqlite-pragma', 'synchronous=normal'],
    // Warnings are many and harmless (an activity that ended while it was being cancelled is one).
    ['--log-level', 'error'],
    ['--log-format', 'text'],
  ];
  for (const { name, type } of Object.values(searchAttributes)) {
    flags.push(['--search-attribute', `${name}=${typeNames[type]}`]);
  }
  for (const [key, value] of Object.entries(dynamicConfig)) flags.push(['--dynamic-config-value', `${key}=${value}`]);
  return ['server', 'start-dev', ...flags.flat().map(String)];
}

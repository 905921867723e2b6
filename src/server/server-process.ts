import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename } from 'node:path';

import { executableName } from './cli-cache.js';
import { homePaths } from './paths.js';
import { commandLineOf, groupMembers, workingDirectoryOf } from './process-facts.js';
import type { CommandLine } from './process-facts.js';
import { identityOf, isAlive } from './process-identity.js';
import { databaseName } from './server-flags.js';
import type { ServerRecord } from './server-record.js';

/** Whether command lines of processes can be learnt here at all. */
export const knowsCommandLines = platform() !== 'win32';

/**
 * Whether the process of a record runs and is the home's embedded server: started when the record says, by this user, as
 * `temporal server start-dev` with the home's database and the record's port. On Windows, where the system does not tell this,
 * the process only has to run.
 */
export async function isServerOf(home: string, record: ServerRecord): Promise<boolean> {
  if (!(await isAlive(record))) return false;
  return !knowsCommandLines || serves(home, record.pid, record.port);
}

/** Whether a process that is left of a group belongs to the home's embedded server, started with the record's port. */
export async function isServerGroupOf(home: string, { pid: group, port }: ServerRecord): Promise<boolean> {
  for (const pid of await groupMembers(group)) {
    const identity = await identityOf(pid);
    if (identity !== undefined && (await isAlive(identity)) && (await serves(home, pid, port))) return true;
  }
  return false;
}

async function serves(home: string, pid: number, port: number): Promise<boolean> {
  const line = await commandLineOf(pid);
  if (line === undefined || !isServerLine(line, port)) return false;
  const { database } = homePaths(home);
  if (namesDatabase(line, database)) return true;
  // A home may have been moved, or be reached by another path: its server works in it all the same.
  const [there, here] = await Promise.all([
    workingDirectoryOf(pid),
    stat(home, { bigint: true }).catch(() => undefined),
  ]);
  // Where no working directory can be learnt, a name without a path is all that there is to compare.
  if (typeof line === 'string') return databaseName(home) !== database && namesDatabase(line, databaseName(home));
  if (there === undefined || here === undefined || there.dev !== here.dev || there.ino !== here.ino) return false;
  return basename(valueOf(line, '--db-filename')) === basename(database);
}

/** Whether a command line is that of an embedded server, or of a script that is named like the program and started one. */
export function isServerLine(line: CommandLine, port: number): boolean {
  if (typeof line === 'string') {
    return (
      new RegExp(`(^|/| )${executableName} server start-dev `).test(line) && `${line} `.includes(` --port ${port} `)
    );
  }
  const program = line.slice(0, 2).findIndex((word) => basename(word) === executableName);
  const [command, subcommand] = line.slice(program + 1);
  const isServer = program !== -1 && command === 'server' && subcommand === 'start-dev';
  return isServer && valueOf(line, '--port') === String(port);
}

export function namesDatabase(line: CommandLine, database: string): boolean {
  return typeof line === 'string'
    ? `${line} `.includes(` --db-filename ${database} `)
    : valueOf(line, '--db-filename') === database;
}

function valueOf(line: readonly string[], flag: string): string {
  const at = line.indexOf(flag);
  return at === -1 ? '' : (line[at + 1] ?? '');
}

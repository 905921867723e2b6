import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { cacheDirectory } from './cache-directory.js';
import { readJson, writeJson } from './json-file.js';
import { makeDirectory } from './make-directory.js';
import { runProgram } from './run-program.js';
import { neededFlags } from './server-flags.js';

/** A Temporal CLI that can run the embedded server. */
export interface TemporalCli {
  /** Absolute path of the executable. */
  path: string;
  /** Such as `1.9.1`; `unknown` where it does not say. */
  version: string;
}

/** Longest run of `temporal --version`, in milliseconds; through a version manager it may take a second. */
const timeoutMs = 15_000;

/** A program of fewer bytes is a script, which may run another program tomorrow. Temporal's has more than 100 MB. */
const leastBytes = 10_000_000;

/**
 * Looks whether an executable is a Temporal CLI with the flags that the embedded server needs.
 *
 * @throws Error with the reason why not
 */
export async function checkTemporalCli(path: string, env: NodeJS.ProcessEnv): Promise<TemporalCli> {
  const stamp = await stampOf(path);
  const notes = join(cacheDirectory(env), 'checked-cli.json');
  const noted = stamp === undefined ? undefined : await versionIn(notes, stamp);
  if (noted !== undefined) return { path, version: noted };
  const version = await checkedVersion(path, env);
  // Each look takes as much CPU as starting Node twice, and command and worker both look.
  if (stamp !== undefined) await note(notes, { stamp, version }).catch(() => {});
  return { path, version };
}

async function checkedVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const [said, help] = await Promise.all([
    runProgram(path, ['--version'], { env, timeoutMs }),
    runProgram(path, ['server', 'start-dev', '--help'], { env, timeoutMs }),
  ]);
  const version = /version v?(\d\S*)/.exec(said)?.[1] ?? 'unknown';
  const lacking = neededFlags.filter((flag) => !help.includes(flag));
  if (lacking.length > 0) throw new Error(`${path} (version ${version}) is too old: it lacks ${lacking.join(', ')}`);
  return version;
}

/** What tells one executable from another, and what it is looked at for; `undefined` where the file does not tell. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return size < leastBytes ? undefined : [await realpath(path), size, mtimeMs, ino, ...neededFlags].join(' ');
  } catch {
    return undefined;
  }
}

async function versionIn(notes: string, stamp: string): Promise<string | undefined> {
  const noted = (await readJson(notes).catch(() => undefined)) as { stamp?: unknown; version?: unknown } | undefined;
  return noted?.stamp === stamp && typeof noted.version === 'string' ? noted.version : undefined;
}

async function note(notes: string, noted: { stamp: string; version: string }): Promise<void> {
  await makeDirectory(dirname(notes));
  await writeJson(notes, noted);
}

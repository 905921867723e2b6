import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

import { codeFolder, engineOf, keepCode, keptCode } from './kept-code.js';

// Bundled programs with what V8 has compiled of them, which saves a short command a third of its time, and a worker half of its start. The
// first start of each keeps that for those to come.

/** Names of the bundled programs. */
export type Program = 'main' | 'worker' | 'gateway' | 'thread';

/** A program that goes on is asked what V8 has compiled of it this many milliseconds after its start: what is used no more is forgotten later. */
const keptAfterMs = 10_000;

/** How a process is seen here. */
export interface Launched {
  version: string;
  env: NodeJS.ProcessEnv;
  once(event: 'exit', listener: (code: number) => void): unknown;
}

/** What starts keeps most of what it makes: a young generation that grows at once is copied less often. */
const growsAtOnce = '--semi-space-growth-factor=16';

/**
 * A function is optimised after four times as much work as usual (67,584 bytes of its code run): in a run of 1,000 calls, whose code is used
 * up by then, threads that optimise took two fifths of the CPU of gateway and worker. With 1,000,000 a run of 5,000 takes more than with the
 * usual number.
 */
const optimisesLate = '--interrupt-budget=300000';

/** Newest major version of Node whose V8 was seen to know the flags. */
const newestKnown = 26;

/** Flags of V8's for that Node, only such as it knows: of any other V8 prints an error at every start, and nothing throws. */
export function flagsFor(nodeVersion: string): string[] {
  const major = Number(/^v(\d+)\./.exec(nodeVersion)?.[1]);
  if (major === 20) return [growsAtOnce, optimisesLate];
  return major > 20 && major <= newestKnown ? [growsAtOnce] : [];
}

/** The bundle, a function, as a script. What `code` has not is compiled when it is called. */
export function scriptOf(path: string, bundle: string, code?: Buffer): Script {
  return new Script(bundle, {
    filename: path,
    cachedData: code,
  });
}

/** What the bundle is: a function of what each module of Node's has. */
export type Bundled = (...given: unknown[]) => void;

/** Packages that share the SDK's classes with what is bundled, whose own `import`s are calls of `require`. */
const sharing = /^@anthropic-ai\//;

/** Runs the bundle. What it imports is imported from here: a script whose code was kept has no `import()` of its own in Node 20. */
export function runBundled(bundled: Bundled, path: string): void {
  const module = { exports: {} };
  const place = pathToFileURL(path);
  const require = nodeModule.createRequire(path);
  const importHere = async (what: string): Promise<unknown> =>
    sharing.test(what) ? require(what) : import(/^\.{1,2}\//.test(what) ? new URL(what, place).href : what);
  bundled(module.exports, require, module, path, dirname(path), importHere);
}

/**
 * Runs a program of the build, with its compiled code where that is kept, and keeps it where it is not.
 *
 * @param place of the launcher, which is beside the bundle
 * @param word the command, where the program has several
 */
export function runProgramOf(program: Program, place: string, launched: Launched, word?: string): void {
  // Before the rest, for V8 takes compiled code of its own flags only, and threads have those of their process.
  for (const flag of flagsFor(launched.version)) setFlagsFromString(flag);
  const path = fileURLToPath(new URL(`./${program}.cjs`, place));
  const bundle = bundleAt(path);
  const of = { program, word, path, bundle, engine: engineOf(launched.version) };
  const folder = codeFolder(launched.env);
  const kept = folder === undefined ? undefined : keptCode(folder, of);
  const script = scriptOf(path, bundle, kept);
  if (folder !== undefined) {
    keepOthers(folder);
    if (script.cachedDataRejected !== false) keepLater(launched, () => keepCode(folder, of, script.createCachedData()));
  }
  runBundled(script.runInThisContext() as Bundled, path);
}

/** Once, when the program has been used a while or ends well. */
function keepLater(launched: Launched, keep: () => void): void {
  let isKept = false;
  const keepOnce = (): void => {
    if (!isKept) keep();
    isKept = true;
  };
  setTimeout(keepOnce, keptAfterMs).unref();
  launched.once('exit', (code) => {
    if (code === 0) keepOnce();
  });
}

/** Node 22 and later keep what they compile of modules outside of bundles; the types are those of Node 20. */
export function keepOthers(folder: string | undefined): void {
  // By default Node keeps it where others may have made the folder.
  if (folder !== undefined)
    (nodeModule as { enableCompileCache?: (folder: string) => void }).enableCompileCache?.(folder);
}

/** The bundle's text, which `scripts/bundle-cli.mjs` has left nothing but ASCII in. */
function bundleAt(path: string): string {
  return readFileSync(path, 'latin1');
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { arch, platform } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// Bundled programs with what V8 has compiled of them, which saves a short command a third of its time, and a worker half of its start. Node
// keeps compiled code by itself from 22 on, and only where it may write; this is written when the programs are built.

/** Compiled code of each program, in `dist`. */
export const codeFiles = { main: 'cli.code', worker: 'worker.code', gateway: 'gateway.code', thread: 'thread.code' };

/** First line of the bundle: a digest of what follows. V8 itself compares no more than lengths. */
const digestLength = '// '.length + 64;

/**
 * What compiled code is good for, up to a line break, and the code. It is good for that bundle, under that Node on such a machine, while it is
 * whole: V8 runs whatever it is given.
 */
export function withHead(code: Buffer, bundle: string, nodeVersion: string): Buffer {
  return Buffer.concat([Buffer.from(headOf(code, bundle, nodeVersion), 'latin1'), code]);
}

function headOf(code: Buffer, bundle: string, nodeVersion: string): string {
  const digest = createHash('sha256').update(code).digest('hex');
  return `${bundle.slice(0, digestLength)} ${nodeVersion} ${platform()} ${arch()} ${digest}\n`;
}

/**
 * Flags of V8's. What starts keeps most of what it makes: a young generation that grows at once is copied less often. And a function is
 * optimised after 15 times as much work as usual (67,584 bytes of its code run): in a run of 1,000 calls, whose code is used up by then, threads
 * that optimise took two fifths of the gateway's CPU and of the worker's.
 */
const flags = '--semi-space-growth-factor=16 --interrupt-budget=1000000';

/** The bundle, a function, as a script. What `code` has not is compiled when it is called. */
export function scriptOf(path: string, bundle: string, code?: Buffer): Script {
  // Before, for V8 takes compiled code of its own flags only, and threads have those of their process.
  setFlagsFromString(flags);
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
 * Runs a program of the build, with its compiled code where that fits.
 *
 * @param place of the launcher, which is beside the bundle
 */
export function runProgramOf(name: keyof typeof codeFiles, place: string, nodeVersion: string): void {
  const path = fileURLToPath(new URL(`./${name}.cjs`, place));
  const bundle = bundleAt(path);
  const code = codeAt(fileURLToPath(new URL(`../${codeFiles[name]}`, place)), bundle, nodeVersion);
  if (code === undefined) keepCompiled();
  const bundled =
    code === undefined ? nodeModule.createRequire(path)(path) : scriptOf(path, bundle, code).runInThisContext();
  runBundled(bundled as Bundled, path);
}

/** Node 22 and later keep what they compiled; the types are those of Node 20. */
export function keepCompiled(): void {
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
}

/** The bundle's text, which `scripts/bundle-cli.mjs` has left nothing but ASCII in. */
export function bundleAt(path: string): string {
  return readFileSync(path, 'latin1');
}

/** The compiled code of the bundle, where there is some that fits. */
export function codeAt(path: string, bundle: string, nodeVersion: string): Buffer | undefined {
  try {
    const found = readFileSync(path);
    const code = found.subarray(found.indexOf('\n') + 1);
    const head = found.toString('latin1', 0, found.length - code.length);
    return head === headOf(code, bundle, nodeVersion) ? code : undefined;
  } catch {
    return undefined;
  }
}

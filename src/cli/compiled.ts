import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

// The bundled command with what V8 has compiled of it, which saves a short command a third of its time. Node keeps compiled code by
// itself from 22 on, and only where it may write; this is written when the command is built.

/** First line of the bundle: a digest of what follows. V8 itself compares no more than lengths. */
const digestLength = '// '.length + 64;

/** What compiled code is good for: that bundle, under that Node on such a machine. It precedes the code, to the first line break. */
export function codeHead(bundle: string, nodeVersion: string): string {
  return `${bundle.slice(0, digestLength)} ${nodeVersion} ${platform()} ${arch()}\n`;
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

/** Runs the bundle. What it imports is imported from here: a script whose code was kept has no `import()` of its own in Node 20. */
export function runBundled(bundled: Bundled, path: string): void {
  const module = { exports: {} };
  const place = pathToFileURL(path);
  const importHere = (what: string): Promise<unknown> =>
    import(/^\.{1,2}\//.test(what) ? new URL(what, place).href : what);
  bundled(module.exports, createRequire(path), module, path, dirname(path), importHere);
}

/** The bundle's text, which `scripts/bundle-cli.mjs` has left nothing but ASCII in. */
export function bundleAt(path: string): string {
  return readFileSync(path, 'latin1');
}

/** The compiled code of the bundle, where there is some that fits. */
export function codeAt(path: string, bundle: string, nodeVersion: string): Buffer | undefined {
  const head = codeHead(bundle, nodeVersion);
  try {
    const found = readFileSync(path);
    return found.toString('latin1', 0, head.length) === head ? found.subarray(head.length) : undefined;
  } catch {
    return undefined;
  }
}

// Bundles the command: what it loads is a few files instead of hundreds, and help and completions are written down.
import { createHash } from 'node:crypto';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { codecsOnDemand } from './bundle/codecs.mjs';
import { loadLater } from './bundle/later.mjs';
import { loadOnDemand } from './bundle/on-demand.mjs';
import { foundBesideWorker, workerParts } from './bundle/worker-parts.mjs';
import { undiciParts } from './bundle/undici-parts.mjs';
import { neededModule } from './bundle/descriptors.mjs';
import { isStale } from './is-stale.mjs';
import { putFolder } from './put-file.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'dist/src');
const folder = join(root, 'dist/cli');
// Beside its place, so that paths are the same, and moved when it is whole.
const unfinished = `${folder}.${process.pid}`;
/** What is written last, and touched where nothing has changed; by the time of `ready.json` workers know a build. */
const newest = 'LICENSES.txt';

const inputs = [
  'dist/src',
  'dist/activities',
  'dist/workflows',
  'packages/offline-model/dist',
  'scripts/bundle-cli.mjs',
  'scripts/bundle',
  'scripts/put-file.mjs',
  'package.json',
  'package-lock.json',
];

// It takes longer than all the rest of a build in which nothing has changed.
if (!(await isStale(`dist/cli/${newest}`, inputs))) process.exit();

/** Packages with native code, worker threads or files of their own, and those that a worker's process shares. */
const external = [
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  '@anthropic-ai/bedrock-sdk',
  '@anthropic-ai/foundry-sdk',
  '@anthropic-ai/sdk',
  '@anthropic-ai/vertex-sdk',
  '@aws-sdk/client-s3',
  '@fanfold/offline-model',
  '@modelcontextprotocol/sdk',
  '@opentelemetry/*',
  '@photostructure/sqlite',
  '@temporalio/core-bridge',
  '@temporalio/interceptors-opentelemetry',
  '@temporalio/worker',
  'harper.js',
  'jiti',
  'pg',
  'piscina',
  'unpdf',
];

/** Modules that stay as they are: what they import must be what others import. */
const tracing = /[\\/]start-tracing\.js$/;
const outsideOfCommand = /[\\/]start-tracing\.js$|[\\/]cli[\\/]worker[\\/]serve(-gateway)?\.js$/;

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const shared = {
  outdir: unfinished,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};
const place = `"use strict";const placeOfThis=require('node:url').pathToFileURL(__filename).href;`;
/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const script = {
  ...shared,
  external,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'placeOfThis' },
  // One function, which a script has for its value, and `require` too: a copy of all of it with a function around would take time.
  banner: {
    js: `(main=>typeof module==="undefined"?main:module.exports=main)(function(exports,require,module,__filename,__dirname,importHere){${place}`,
  },
  footer: { js: '})' },
};
const later = { name: 'later', setup: loadLater };
const parts = { name: 'parts of undici', setup: undiciParts };
const codecs = { name: 'codecs', setup: codecsOnDemand };
const onDemand = { name: 'on demand', setup: loadOnDemand(compiled) };
const places = (outside, withWorker = false) => ({ name: 'places', setup: keepPlaces(outside, withWorker) });
const threaded = {
  ...script,
  external: [
    ...external.filter((name) => !/^@temporalio\/(core-bridge|worker)$/.test(name)),
    'source-map',
    ...foundBesideWorker,
  ],
};
/** Programs by their names, each one script: Node 20 keeps no compiled code of modules. */
const programs = {
  main: {
    ...script,
    entry: join(compiled, 'cli/main.js'),
    plugins: [places(outsideOfCommand), codecs, onDemand, later, parts],
  },
  // The same with Temporal's worker and what runs in it, which share their modules.
  worker: {
    ...threaded,
    entry: join(compiled, 'cli/main.js'),
    plugins: [places(tracing, true), codecs, onDemand, later, parts, { name: 'worker', setup: workerParts }],
  },
  thread: {
    ...threaded,
    entry: join(root, 'node_modules/@temporalio/worker/lib/workflow/workflow-worker-thread.js'),
    plugins: [places(tracing, true), codecs, { name: 'worker', setup: workerParts }],
  },
  // What the process of a home's gateway needs: whoever waits for it waits for this to be read.
  gateway: { ...script, entry: join(compiled, 'cli/gateway-main.js'), plugins: [places(tracing), later, parts] },
};
const launchers = {
  fanfold: 'cli/launch.js',
  gateway: 'cli/launch-gateway.js',
  'workflow-thread': 'cli/launch-thread.js',
};

await build({
  ...shared,
  format: 'cjs',
  define: script.define,
  banner: { js: place },
  entryPoints: Object.fromEntries(Object.entries(launchers).map(([name, path]) => [name, join(compiled, path)])),
});
await writeFile(join(unfinished, 'package.json'), '{ "type": "commonjs" }\n');
const built = await Promise.all(
  Object.entries(programs).map(([name, { entry, ...options }]) =>
    build({ ...options, entryPoints: { [name]: entry } }),
  ),
);
refuseOtherInputs(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
for (const name of Object.keys(programs)) {
  const path = join(unfinished, `${name}.cjs`);
  await importByHand(path);
  await toAscii(path);
  await putDigest(path);
}
await writeFile(join(unfinished, 'ready.json'), JSON.stringify(await ready()));
await writeFile(join(unfinished, newest), await licences());
await putFolder(unfinished, folder, ['fanfold.js']);
const now = new Date();
await utimes(join(folder, newest), now, now);

/** Of what is not among the inputs nobody would see that it has changed. */
function refuseOtherInputs(paths) {
  const own = paths.map((path) => relative(root, resolve(path))).filter((path) => !/^\.\.|node_modules/.test(path));
  const other = own.find((path) => !/^[\w-]+:/.test(path) && !inputs.some((input) => path.startsWith(input)));
  if (other) throw new Error(`Expected the bundles to be made of ${inputs.join(', ')}, got ${other}.`);
}

/** What is left of `import()` is for what is outside of the bundle. */
async function importByHand(path) {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/(?<![\w$.'"`])import\(/g, 'importHere('));
}

/**
 * What esbuild leaves as it is, templates with a function before them and regular expressions, is escaped: a text of one byte a character
 * is read sooner, and V8 takes less room for it.
 */
async function toAscii(path) {
  const text = await readFile(path, 'utf8');
  // A raw template would show the escape.
  const raw = /String\.raw`[^`]*\P{ASCII}[^`]*`/u.exec(text);
  if (raw) throw new Error(`Expected raw templates of the command to be ASCII, got ${raw[0]}`);
  const unit = (at) => `\\u${at.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const escaped = (sign) => sign.split('').map(unit).join('');
  await writeFile(path, text.replace(/\P{ASCII}/gu, escaped));
}

/** Writes a digest of the bundle into its first line, in place of what says how to run it. */
async function putDigest(path) {
  const text = (await readFile(path, 'utf8')).replace(/^#!.*\n/, '');
  await writeFile(path, `// ${createHash('sha256').update(text).digest('hex')}\n${text}`);
}

/** A module that looks for files beside itself finds them, although its bundle is elsewhere. */
function keepPlaces(outside, withWorker) {
  return ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const found = join(resolveDir, path);
      return outside.test(found) && found.startsWith(join(root, 'dist'))
        ? { path: slashed(relative(folder, found)), external: true }
        : undefined;
    });
    onLoad({ filter: /[\\/]proto[\\/]protos[\\/]json-module\.js$/ }, async ({ path }) => ({
      contents: await neededModule(
        path,
        [compiled, ...(withWorker ? [join(root, 'dist/activities')] : [])],
        withWorker,
      ),
      loader: 'js',
    }));
    onLoad({ filter: /[\\/]dist[\\/](src|activities)[\\/].*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const place = `new URL(${JSON.stringify(slashed(relative(folder, path)))}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'js' };
    });
  };
}

function slashed(path) {
  const plain = path.replaceAll('\\', '/');
  return plain.startsWith('.') ? plain : `./${plain}`;
}

async function ready() {
  const { readyTexts } = await import(join(compiled, 'cli/ready-texts.js'));
  let text = '';
  const screen = {
    write: (given) => (text += given.text),
    redirect: () => () => {},
    stream: process.stdout,
    isTerminal: false,
    columns: 80,
    rows: 24,
    colour: false,
  };
  const world = { env: {}, cwd: root, stdout: screen, stderr: screen };
  return readyTexts(world, () => {
    const written = text;
    text = '';
    return written;
  });
}

/** The licences of all that is in the bundles: their terms ask for it. */
async function licences() {
  const packages = built
    .flatMap(({ metafile }) => Object.keys(metafile.inputs))
    .flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  const texts = [...new Set(packages)].toSorted().map(async (path) => {
    const at = join(process.cwd(), path);
    const { name, version, license } = JSON.parse(await readFile(join(at, 'package.json'), 'utf8'));
    const file = (await readdir(at)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `License: ${license}` : await readFile(join(at, file), 'utf8');
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return `fanfold's command has these packages in it.\n\n${(await Promise.all(texts)).join('\n---\n\n')}`;
}

// Breaks promises, one at a time, in a copy of the checkout, and sees whether the tests notice: node scripts/mutate.mjs [WORD…]
// With words, only the mutations of scripts/mutations.json whose promise or file has one of them. Outside CI; needs a build.
// Exits 1 where a mutation lives, or its text is no longer in the file.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copied = ['package.json', 'tsconfig.base.json', 'tsconfig.json', 'vitest.config.ts'];
const folders = ['activities', 'dist', 'packages', 'scripts', 'src', 'test', 'workflows'];

const words = process.argv.slice(2);
const mutations = JSON.parse(await readFile(join(root, 'scripts', 'mutations.json'), 'utf8'));
const chosen = mutations.filter(
  ({ promise, file }) => words.length === 0 || words.some((word) => `${promise} ${file}`.includes(word)),
);

const copy = await mkdtemp(join(tmpdir(), 'fanfold-mutate-'));
let lived = 0;
try {
  await Promise.all([...copied, ...folders].map((path) => cp(join(root, path), join(copy, path), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  for (const mutation of chosen) {
    const verdict = await judge(mutation);
    if (verdict !== 'killed') lived += 1;
    process.stdout.write(`${verdict}: ${mutation.promise} (${mutation.file})\n`);
  }
  process.stdout.write(`${chosen.length - lived} of ${chosen.length} killed\n`);
} finally {
  await rm(copy, { recursive: true, force: true });
}
process.exitCode = lived === 0 && chosen.length > 0 ? 0 : 1;

async function judge({ file, from, to, tests }) {
  const path = join(copy, file);
  const sound = await readFile(path, 'utf8');
  if (!sound.includes(from)) return 'not found';
  await writeFile(path, sound.replace(from, to));
  try {
    // Tests run workflows from their bundle, and all else from its source.
    const inBundle = file.startsWith('workflows/');
    if (inBundle && !(await passes('node_modules/typescript/bin/tsc', '-b'))) return 'does not compile';
    if (inBundle && !(await passes('scripts/bundle-workflows.mjs', 'plain'))) return 'makes no bundle';
    return (await passes('node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...tests)) ? 'LIVES' : 'killed';
  } finally {
    await writeFile(path, sound);
  }
}

function passes(...command) {
  const temporal = process.env.FANFOLD_TEST_TEMPORAL ?? join(root, '.tools', 'temporal', 'bin', 'temporal');
  const env = { ...process.env, FANFOLD_TEST_BUILT: '1', FANFOLD_TEST_TEMPORAL: temporal };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: copy, env, maxBuffer: 64 << 20 }, (error) => resolve(error === null));
  });
}

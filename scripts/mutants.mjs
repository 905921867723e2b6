// Runs Stryker for scripts/mutate, area by area, and weighs what it found against scripts/mutants.json.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stryker = join(root, '.tools', 'stryker');
const modules = join(stryker, 'node_modules', '@stryker-mutator');

/** What no mutant's test reads of the build. */
const unread = ['*.js', '*.tsbuildinfo', 'activities', 'cli', 'cmaps', 'schemas', 'workflows'].map(
  (name) => `dist/${name}`,
);

/** Share of the mutants that is to be noticed. */
const goal = 0.85;

const { areas, spared } = JSON.parse(await readFile(join(root, 'scripts', 'mutants.json'), 'utf8'));
const named = process.argv.slice(2);
const files = new Set(
  named.includes('--all') ? areas.flatMap((area) => area.files) : named.length > 0 ? named : changed(),
);
const chosen = areas
  .map((area) => ({ ...area, files: area.files.filter((file) => files.has(file)) }))
  .filter((area) => area.files.length > 0);
const strange = named.filter((file) => file !== '--all' && !areas.some((area) => area.files.includes(file)));
if (strange.length > 0) {
  console.error(`scripts/mutate: expected files that scripts/mutants.json names, got "${strange.join('", "')}"`);
  process.exit(2);
}
if (chosen.length === 0) console.log('No file that scripts/mutants.json names has changed.');

let isBelow = false;
for (const area of chosen) {
  const report = await mutated(area);
  for (const [file, { mutants, source }] of Object.entries(report.files))
    isBelow = !weigh(file, mutants, source) || isBelow;
}
process.exitCode = isBelow ? 1 : 0;

/** Files that differ from where the branch left main. */
function changed() {
  const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  return git('diff', '--name-only', git('merge-base', 'HEAD', 'main')).split('\n');
}

/** What became of each mutant of the files. */
async function mutated({ name, files: mutate, tests, quick = false }) {
  const fileName = join(stryker, `${name}.json`);
  await mkdir(stryker, { recursive: true });
  const settings = {
    testRunner: quick ? 'pure' : 'vitest',
    plugins: [join(root, 'scripts', 'mutants.runner.mjs'), join(modules, 'vitest-runner', 'dist', 'src', 'index.js')],
    vitest: { configFile: 'scripts/mutants.vitest.mjs', related: false },
    mutate,
    concurrency: 1,
    coverageAnalysis: 'perTest',
    // Those of constants are tried by all tests of an area, and texts stand in snapshots.
    ignoreStatic: true,
    mutator: { excludedMutations: ['StringLiteral'] },
    reporters: ['json'],
    jsonReporter: { fileName },
    tempDirName: join('.tools', 'stryker', `tmp-${name}`),
    ignorePatterns: [...unread, '.tools', 'findings', 'bench', 'examples', 'deploy', 'test/histories'],
    // Stryker would read it with an interface that TypeScript 7 has not.
    tsconfigFile: 'none.json',
    // A busy machine gives a process a second in a minute: what is only late must not count as noticed. Code that goes round and
    // round is mostly found by how often it is passed, against the undisturbed run.
    timeoutMS: 60_000,
    timeoutFactor: 10,
  };
  const settingsFile = join(stryker, `${name}.settings.json`);
  await rm(fileName, { force: true });
  await writeFile(settingsFile, JSON.stringify(settings));
  const env = { ...process.env, FANFOLD_MUTANT_TESTS: JSON.stringify(tests) };
  const words = [join(modules, 'core', 'bin', 'stryker.js'), 'run', settingsFile, '--logLevel', 'error'];
  const [code] = await once(spawn(process.execPath, words, { cwd: root, env, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`Stryker ended with ${code} for ${name}.`);
  return JSON.parse(await readFile(fileName, 'utf8'));
}

/** Prints what a file's survivors are, and tells whether enough were noticed. */
function weigh(file, mutants, source) {
  const tried = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  const lived = tried.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const told = lived.map((mutant) => ({ ...mutant, was: textAt(source, mutant.location) }));
  const unexplained = told.filter((mutant) => !spared.some((each) => isThat(each, file, mutant)));
  const counted = tried.length - (lived.length - unexplained.length);
  const share = counted === 0 ? 1 : 1 - unexplained.length / counted;
  const late = tried.filter(({ status }) => status === 'Timeout').length;
  const byTime = late === 0 ? '' : ` (${late} by going on for too long)`;
  console.log(`${Math.round(share * 100)} % of ${counted} noticed${byTime}, ${tried.length - counted} spared: ${file}`);
  for (const { location, was, replacement = '', status } of unexplained) {
    console.log(`  ${location.start.line} ${status}: ${cut(was)} => ${cut(replacement)}`);
  }
  return share >= goal;
}

function isThat({ file: of, was: text, becomes }, file, { was, replacement }) {
  return of === file && text === was && becomes === replacement;
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

function cut(text) {
  return text.length > 100 ? `${text.slice(0, 100)}…`.replaceAll('\n', ' ') : text.replaceAll('\n', ' ');
}

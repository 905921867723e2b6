import { execFile } from 'node:child_process';
import { access, constants, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

import { cliOnPath } from '../../src/server/cli-on-path.js';
import { checkTemporalCli } from '../../src/server/temporal-cli.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Temporal CLI, named `temporal`. */
    temporalPath: string;
    /** Path of the built workflow bundle. */
    workflowBundle: string;
    /** Path of a Chromium; without one the tests that need it fail. */
    chromiumPath: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const workflowBundle = join(root, 'dist', 'workflow-bundle.js');

/** Builds what has changed since the last build (`FANFOLD_TEST_BUILT=1`: nothing has), and finds the programs that the tests start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!process.env['FANFOLD_TEST_BUILT']) await build();
  // It is called once for each project of vitest.config.ts.
  process.env['FANFOLD_TEST_BUILT'] = '1';
  project.provide('workflowBundle', workflowBundle);
  project.provide('temporalPath', await findTemporal());
  project.provide('chromiumPath', await findChromium());
  const config = project.config.env['XDG_CONFIG_HOME'];
  if (!config) throw new Error('vitest.config.ts sets no XDG_CONFIG_HOME.');
  return () => rm(config, { recursive: true, force: true });
}

async function build(): Promise<void> {
  await runNode('node_modules/typescript/bin/tsc', '-b', '--pretty', 'false');
  await runNode('scripts/bundle-workflows.mjs');
  await runNode('scripts/bundle-report.mjs');
  await runNode('scripts/bundle-cli.mjs');
  await runNode('scripts/make-executable.mjs');
}

async function findTemporal(): Promise<string> {
  const chosen = process.env['FANFOLD_TEST_TEMPORAL'];
  if (chosen) return (await checkTemporalCli(chosen, process.env)).path;
  try {
    return (await cliOnPath(process.env)).path;
  } catch (onPath) {
    const installed = join(root, '.tools', 'temporal', 'bin', 'temporal');
    return checkTemporalCli(installed, process.env).then(
      ({ path }) => path,
      () => {
        const reason = (onPath as Error).message;
        throw new Error(
          `The tests need the Temporal CLI; on PATH: ${reason}. \`scripts/test\` installs it into .tools.`,
        );
      },
    );
  }
}

async function findChromium(): Promise<string> {
  const chosen = process.env['FANFOLD_TEST_CHROMIUM'];
  if (chosen) return chosen;
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const path of names.flatMap((name) => directories.map((directory) => join(directory, name)))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  process.stderr.write('There is no Chromium: the tests of the Web UI will fail. `scripts/test` installs it.\n');
  return '';
}

async function runNode(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`The build failed at \`node ${args.join(' ')}\`:\n${stdout}${stderr}`, { cause: error });
  }
}

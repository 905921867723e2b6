// Runs pure tests for Stryker in its own process: loaded once, in milliseconds by mutant. Vitest's runner starts a worker for each.
import { join } from 'node:path';
import { createViteServer } from 'vitest/node';

class PureRunner {
  #tests = [];
  #runTest;
  #server;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    const harness = join(process.cwd(), 'scripts', 'mutants.harness.mjs');
    this.#server = await createViteServer({
      configFile: 'vitest.config.ts',
      appType: 'custom',
      logLevel: 'error',
      server: { middlewareMode: true, hmr: false, ws: false, watch: null },
      optimizeDeps: { noDiscovery: true, include: [] },
      resolve: { alias: [{ find: /^vitest$/, replacement: harness }] },
    });
    const { tests, runTest } = await this.#server.ssrLoadModule(harness);
    for (const file of JSON.parse(process.env.FANFOLD_MUTANT_TESTS).flatMap(files)) {
      await this.#server.ssrLoadModule(join(process.cwd(), file));
    }
    this.#tests = tests;
    this.#runTest = runTest;
  }

  async dryRun() {
    const stryker = strykers();
    const tests = [];
    for (const test of this.#tests) {
      stryker.currentTestId = test.id;
      const beganAt = performance.now();
      const failure = await this.#failureOf(test);
      stryker.currentTestId = undefined;
      const told = { id: test.id, name: test.id, timeSpentMs: performance.now() - beganAt };
      tests.push(failure === undefined ? { ...told, status: 0 } : { ...told, status: 1, failureMessage: failure });
    }
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    const stryker = strykers();
    const chosen = this.#tests.filter(({ id }) => testFilter === undefined || testFilter.includes(id));
    Object.assign(stryker, {
      activeMutant: activeMutant.id,
      hitLimit,
      hitCount: hitLimit === undefined ? undefined : 0,
    });
    try {
      for (const [at, test] of chosen.entries()) {
        const failureMessage = await this.#failureOf(test);
        if (stryker.hitCount > hitLimit) return { status: 'timeout', reason: 'It goes round and round.' };
        if (failureMessage !== undefined)
          return { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests: at + 1 };
      }
      return { status: 'survived', nrOfTests: chosen.length };
    } finally {
      stryker.activeMutant = undefined;
    }
  }

  async dispose() {
    await this.#server?.close();
  }

  /** One that waits for ever is ended by Stryker, with the process. */
  async #failureOf(test) {
    try {
      await this.#runTest(test);
      return undefined;
    } catch (failure) {
      return String(failure);
    }
  }
}

/** The files of a pattern like `test/{one,other}.test.ts`. */
function files(pattern) {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${before}${name}${after}`);
}

/** What code under change and its tests share with Stryker. */
function strykers() {
  return (globalThis.__stryker__ ??= {});
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'pure', factory: () => new PureRunner() }];

// What tests have of Vitest where scripts/mutants.runner.mjs runs them: as much as pure tests use.
import { format } from 'node:util';

import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const expect = Object.assign(
  (value, message) => chai.expect(value, message),
  chai.expect,
  globalThis[ASYMMETRIC_MATCHERS_OBJECT],
);
setState({ assertionCalls: 0 }, expect);

/** The tests of all files that were loaded, in order: `{ id, body }`. */
export const tests = [];
const within = [];
let finished = [];

export const describe = eachOf((name, body) => {
  within.push(name);
  body();
  within.pop();
});

export const it = eachOf((name, body) => {
  tests.push({ id: `${tests.length}: ${[...within, name].join(' > ')}`, body });
});

export function onTestFinished(clean) {
  finished.push(clean);
}

/** Runs a test; rejects where it fails. */
export async function runTest({ body }) {
  finished = [];
  try {
    await body();
  } finally {
    for (const clean of finished.toReversed()) await clean();
  }
}

/** `run`, which has `run.each` besides. */
function eachOf(run) {
  const each = (rows) => (name, body) => {
    for (const row of rows) {
      const words = Array.isArray(row) ? row : [row];
      run(format(name, ...words), () => body(...words));
    }
  };
  return Object.assign(run, { each });
}

// What Stryker runs for scripts/mutate: the tests of one area, which need the sources alone.
import { defineConfig } from 'vitest/config';

import whole from '../vitest.config.ts';

const include = JSON.parse(process.env.FANFOLD_MUTANT_TESTS ?? '[]');

export default defineConfig({
  root: process.cwd(),
  resolve: whole.resolve,
  test: { include, isolate: false, env: whole.test.env, testTimeout: 180_000 },
});

import { defineConfig } from 'vitest/config';

/** On a cluster these have nothing to say: they are about the embedded server, its Web UI, or no server at all. */
const notForClusters = [
  'test/{contract,fences,journal,model,offline,payloads,report,server,store,tools}/**',
  'test/cli/{bad-input,complete,dev,doctor,live-lines,markdown,terminal-text}.test.ts',
  'test/proof/{kills,recovery,web-ui}.test.ts',
  'test/{contract-names,deploy,examples,readme}.test.ts',
];

const onCluster = Boolean(process.env['FANFOLD_TEST_CLUSTER']);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(onCluster ? notForClusters : [])],
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's Runtime is a process-wide singleton: every file gets a process of its own.
    pool: 'forks',
    maxWorkers: 3,
    // A cluster takes its time over namespaces.
    testTimeout: onCluster ? 180_000 : 60_000,
    hookTimeout: onCluster ? 180_000 : 60_000,
  },
});

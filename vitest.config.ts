import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** On a cluster these have nothing to say: they are about the embedded server, its Web UI, or no server at all. */
const notForClusters = [
  'test/{contract,fences,journal,model,offline,payloads,report,server,store,tools}/**',
  'test/cli/{bad-input,complete,dev,doctor,live-lines,markdown,terminal-text}.test.ts',
  'test/proof/{kills,recovery,web-ui}.test.ts',
  'test/{contract-names,deploy,examples,readme}.test.ts',
];

/** They start no worker and leave nothing behind, so that files share a process: loading Temporal takes longer than most of them. */
const alike = ['test/{activities,client,contract,cpu,model,offline,payloads,store,tools}/**/!(unexpected).test.ts'];

const onCluster = Boolean(process.env['FANFOLD_TEST_CLUSTER']);

const exclude = ['**/node_modules/**', ...(onCluster ? notForClusters : [])];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'runs', include: ['test/**/*.test.ts'], exclude: [...exclude, ...alike] },
      },
      { extends: true, test: { name: 'alike', include: alike, exclude, isolate: false } },
    ],
    // Homes of tests belong to a user of their own, whose folder `global-setup.ts` removes.
    env: { XDG_CONFIG_HOME: join(tmpdir(), `fanfold-config-${process.pid}`) },
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's Runtime is a process-wide singleton: every file of `runs` gets a process of its own.
    pool: 'forks',
    maxWorkers: 3,
    // A cluster takes its time over namespaces.
    testTimeout: onCluster ? 180_000 : 60_000,
    hookTimeout: onCluster ? 180_000 : 60_000,
  },
});

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/** On a cluster these have nothing to say: they are about the embedded server, its Web UI, or no server at all. */
const notForClusters = [
  'test/{contract,disk,fences,files,fold,gateway,journal,model,network,payloads,plan,prompts,report,secrets,server,store,tokens,tools}/**',
  'packages/*/test/**',
  'test/cli/{bad-input,complete,dev,doctor,live-lines,markdown,terminal-text}.test.ts',
  'test/proof/{kills,nemesis,recovery,web-ui}.test.ts',
  'test/{contract-names,deploy,examples,readme}.test.ts',
];

/** They need the sources alone: no build, no Temporal, no database, so that one of them ends within two seconds. */
export const pure = [
  'test/{docs,reliability}.test.ts',
  'test/{contract,disk,files,fold,plan,prompts,secrets,store}/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'test/activities/{attempt-money,batch-order,lane-branch,lane-branches,lane-cuts,lane-reporter,lane-result,ledger,several-batches}.test.ts',
  'test/cli/{cut-branches,failing-task-text,flag-errors,kept-code,markdown,own-log,quoted-change,terminal-text}.test.ts',
  'test/cli/{bounds,map/rows}.test.ts',
  'test/client/{newest-of,own-lanes,plan-retry,wide-branches}.test.ts',
  'test/cpu/split-by-tokens.test.ts',
  'test/fences/{descriptors,stale}.test.ts',
  'test/gateway/{day-money,fleet-limits,flights,shares}.test.ts',
  'test/journal/{cassette,embedded,embedded-files,flight,interleavings,journal-line,lease-keeper,parts,prune,question-key,record,stored-journal,together,unreadable}.test.ts',
  'test/model/limiter/*.test.ts',
  'test/model/call/{batch-api,error-table,errors-page,found-pages,hedge,retry-after,whole-fetch}.test.ts',
  'test/model/providers/names.test.ts',
  'test/network/{either-signal,proxy-of}.test.ts',
  'test/report/bins.test.ts',
  'test/server/{embedded-version,server-flags}.test.ts',
  'test/workflows/{completion-order,join,known-reports,lane-money,lane-queue,lane-size,lane-under-way,more-for-lanes,progress-table,refused-options}.test.ts',
];

/** They run the linter and the compiler over trees of their own, and need no build. */
const fences = ['test/fences/{invariants,lint,packages,pure,types}.test.ts'];

/** They start no process that outlives them, so that files share one: loading Temporal takes longer than most of them. */
const alike = [
  'test/{activities,client,cpu,gateway,model,network,payloads,tokens,tools,tracing,worker,workflows}/**/!(unexpected).test.ts',
  'test/{library,plugin,report}/**/*.test.ts',
  'test/cli/{ask-approval,budget-counts,first-answer,live-lines,mcp-files,patch,print-run,rows,run-table}.test.ts',
  'test/cli/map/{parquet,read-map,tables}.test.ts',
];

/** Their commands run in their own process, beside a worker that has one: files share it, and what the commands have loaded. */
const served = [
  'test/cli/{agent,answers-like-references,approve,bad-input,compare,documents,dry-run,economy,fan-in,folders}.test.ts',
  'test/cli/{gather,graph,home,hostile-text,large,money,output,policy,research,steer}.test.ts',
  'test/cli/{amend,codec,compiled,complete,doctor,encryption,failing-task,files-as-blocks,launch,mcp,model-check}.test.ts',
  'test/cli/{own-perspectives,providers,report,retry,secret,secrets-of-others,summarise,validate}.test.ts',
  'test/cli/{map/map,wide/kinds}.test.ts',
  'test/{contract-names,from-other-languages,metrics}.test.ts',
  'test/proof/{cancel,journal,operators,speed}.test.ts',
  'test/patterns.test.ts',
];

const onCluster = Boolean(process.env['FANFOLD_TEST_CLUSTER']);

/** They need programs that few have; `scripts/test-dashboards` and `scripts/test-scaler` run them. */
const onDemand = [
  ...(process.env['FANFOLD_TEST_DASHBOARDS'] === '1' ? [] : ['test/dashboards.test.ts']),
  ...(process.env['FANFOLD_TEST_SCALER'] === undefined ? ['test/scaler/scaler.test.ts'] : []),
];

const exclude = ['**/node_modules/**', ...onDemand, ...(onCluster ? notForClusters : [])];
const globalSetup = ['test/support/global-setup.ts'];

/** Workspace packages from their sources: what a test imports of them needs no build. */
const alias = [
  { find: /^@fanfold\/([\w-]+)$/, replacement: fileURLToPath(new URL('packages/$1/src/index.ts', import.meta.url)) },
  {
    find: /^@fanfold\/([\w-]+)\/([\w-]+)$/,
    replacement: fileURLToPath(new URL('packages/$1/src/$2/index.ts', import.meta.url)),
  },
];

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'runs',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...pure, ...fences, ...alike, ...served],
          globalSetup,
        },
      },
      {
        extends: true,
        test: { name: 'alike', include: alike, exclude: [...exclude, ...pure], globalSetup, isolate: false },
      },
      { extends: true, test: { name: 'served', include: served, exclude, globalSetup, isolate: false } },
      { extends: true, test: { name: 'pure', include: pure, exclude, isolate: false } },
      { extends: true, test: { name: 'fences', include: fences, exclude } },
    ],
    // Homes of tests belong to a user of their own, whose folder `global-setup.ts` removes.
    env: { XDG_CONFIG_HOME: join(tmpdir(), `fanfold-config-${process.pid}`) },
    // Temporal's Runtime is a process-wide singleton: every file of `runs` gets a process of its own.
    pool: 'forks',
    maxWorkers: 3,
    // What one project has transformed, the other four and the next start need not: by content, in node_modules.
    experimental: { fsModuleCache: true },
    // Long enough for a machine that is busy with much else: no test asserts how fast something is.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});

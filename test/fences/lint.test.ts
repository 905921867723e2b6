import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { root, SeededTree } from './seeded-tree.js';

/** What each room may import of the others, written down a second time: a slip in the linter's table shows here. */
const mayImport: Record<string, string[]> = {
  'src/contract': [],
  'src/prompts': [],
  'src/fold': ['src/contract', 'src/prompts'],
  'src/plan': ['src/contract', 'src/fold', 'src/prompts'],
  'src/secrets': [],
  'src/disk': [],
  'src/network': ['src/contract', 'src/secrets'],
  'src/tokens': [],
  'src/encryption': ['src/contract'],
  'src/payloads': ['src/contract', 'src/encryption'],
  'src/postgres': ['src/contract'],
  'src/store': ['src/contract', 'src/disk', 'src/encryption', 'src/postgres'],
  'src/journal': ['src/contract', 'src/disk', 'src/encryption', 'src/postgres'],
  'src/model': [
    'src/contract',
    'src/plan',
    'src/prompts',
    'src/secrets',
    'src/journal',
    'src/cpu',
    'src/tokens',
    'src/network',
  ],
  'src/gateway': ['src/contract', 'src/secrets', 'src/network', 'src/journal', 'src/cpu', 'src/model'],
  'src/tools': ['src/contract', 'src/disk', 'src/secrets', 'src/network'],
  'src/files': [],
  'src/cpu': ['src/contract', 'src/fold', 'src/files', 'src/tokens'],
  'src/client': ['src/contract', 'src/plan', 'src/fold', 'src/files', 'src/store', 'src/payloads', 'src/network'],
  'src/server': ['src/contract', 'src/disk', 'src/secrets', 'src/network'],
  'src/home-gateway': ['src/gateway', 'src/server'],
  'src/offline': [],
  'src/tracing': ['src/contract', 'src/secrets', 'src/network'],
  'src/report': ['src/contract', 'src/fold'],
  'src/worker': ['src/contract', 'src/secrets', 'src/store', 'src/cpu', 'src/payloads', 'src/model', 'activities'],
  'src/plugin': [
    'src/contract',
    'src/plan',
    'src/store',
    'src/journal',
    'src/server',
    'src/worker',
    'src/gateway',
    'src/home-gateway',
    'src/tools',
    'activities',
  ],
  'src/cli': [
    'src/contract',
    'src/plan',
    'src/fold',
    'src/disk',
    'src/secrets',
    'src/files',
    'src/store',
    'src/model',
    'src/tokens',
    'src/payloads',
    'src/journal',
    'src/tools',
    'src/cpu',
    'src/client',
    'src/worker',
    'src/gateway',
    'src/home-gateway',
    'src/server',
    'src/report',
    'src/tracing',
    'src/network',
  ],
  activities: [
    'src/contract',
    'src/plan',
    'src/prompts',
    'src/fold',
    'src/secrets',
    'src/store',
    'src/model',
    'src/journal',
    'src/tools',
    'src/cpu',
    'src/files',
    'src/network',
  ],
  workflows: ['src/contract', 'src/plan', 'src/prompts', 'src/fold'],
  'packages/offline-model': [],
  'packages/offline-model/test': ['packages/offline-model'],
};

/** Who may import a workspace package: by its name, and by a path none but itself. */
const mayImportByName: Record<string, string[]> = {
  '@fanfold/offline-model': ['src/offline', 'src/cli', 'src/plugin', 'packages/offline-model/test'],
};
const rooms = Object.keys(mayImport);
const edges = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => ({ from, to })));
const forbidden = edges.filter(({ from, to }) => !mayImport[from]!.includes(to));
const allowed = edges.filter(({ from, to }) => mayImport[from]!.includes(to));
const nameEdges = Object.keys(mayImportByName).flatMap((name) => rooms.map((room) => ({ room, name })));
const forbiddenNames = nameEdges.filter(({ room, name }) => !mayImportByName[name]!.includes(room));
const allowedNames = nameEdges.filter(({ room, name }) => mayImportByName[name]!.includes(room));

/** Ways into a room that a linter may overlook. */
const forms = {
  'import-value': `import { createActivities } from '../activities/index.js';\nexport const made = createActivities;`,
  'import-type': `import type { Deps } from '../activities/index.js';\nexport type { Deps };`,
  'export-all': `export * from '../activities/index.js';`,
  'export-named': `export { createActivities } from '../activities/index.js';`,
  'import-expression': `export const made = import('../activities/index.js');`,
  'type-expression': `export type Deps = import('../activities/index.js').Deps;`,
  'import-equals': `import made = require('../activities/index.js');\nexport { made };`,
  'require-call': `export const made: unknown = require('../activities/index.js');`,
  'roundabout-path': `export * from '../src/contract/../../activities/index.js';`,
  'own-name': `export * from 'fanfold/activities';`,
};

/** Packages, by the room that must not have them. */
const packages = {
  'src/model': ['@temporalio/common', '@temporalio/activity'],
  'src/gateway': ['@temporalio/common', '@temporalio/worker'],
  'src/fold': ['zod', 'node:fs'],
  'src/plan': ['@temporalio/common', 'node:fs'],
  workflows: ['zod', '@temporalio/client', '@temporalio/workflow/lib/interfaces', '@anthropic-ai/sdk', 'node:fs', 'fs'],
  'src/contract': ['@temporalio/workflow', '@anthropic-ai/sdk', 'node:crypto', 'zod'],
  'packages/offline-model': ['fanfold', 'fanfold/offline', '@temporalio/common', 'commander', 'node:fs'],
  'packages/offline-model/test': ['fanfold'],
};
const packageEdges = Object.entries(packages).flatMap(([room, names]) => names.map((name) => ({ room, name })));

/** Everything else that the linter must refuse, by path, with the rule that does. */
const others: Record<string, { text: string; rule: string }> = {
  'workflows/seeded-forgotten-call.ts': { text: activityCall('askModel(call)'), rule: 'no-floating-promises' },
  'workflows/seeded-forgotten-options.ts': {
    text: activityCall(`askModel.executeWithOptions({ startToCloseTimeout: '1m' }, [call])`),
    rule: 'no-floating-promises',
  },
  'src/client/seeded-process.ts': { text: 'export const { env } = process;', rule: 'no-restricted-globals' },
  'src/cli/commands/seeded-process.ts': { text: 'export const { argv } = process;', rule: 'no-restricted-globals' },
  'src/cli/seeded-global.ts': { text: 'export const { env } = globalThis.process;', rule: 'no-restricted-globals' },
  'activities/seeded-process.ts': { text: 'export const { env } = process;', rule: 'no-restricted-globals' },
  'src/client/seeded-import.ts': { text: `export { env } from 'node:process';`, rule: 'no-restricted-imports' },
  'src/server/seeded-process.ts': { text: 'export const home = process.env;', rule: 'no-restricted-properties' },
  'src/worker/seeded-exit.ts': { text: 'process.exit(0);', rule: 'no-restricted-properties' },
  'src/cli/main.ts': { text: `console.log('printed');`, rule: 'no-console' },
  'src/worker/seeded-console.ts': { text: `console.log('printed');`, rule: 'no-console' },
  'packages/offline-model/src/seeded-process.ts': {
    text: 'export const { env } = process;',
    rule: 'no-restricted-globals',
  },
  'packages/offline-model/src/seeded-console.ts': { text: `console.log('printed');`, rule: 'no-console' },
  'packages/attic/seeded.ts': { text: 'export const free = true;', rule: 'rooms' },
  'test/seeded-path.ts': { text: `export * from '../packages/offline-model/src/index.js';`, rule: 'rooms' },
  'bench/seeded-path.mjs': { text: `export * from '../packages/offline-model/dist/index.js';`, rule: 'rooms' },
  'src/cli/seeded-long.ts': { text: 'export {};\n'.repeat(301), rule: 'max-lines' },
  'src/cli/seeded-many.ts': {
    text: [
      ...Array.from({ length: 19 }, (_, at) => `import { part as part${at} } from './part-${at}.js';`),
      `export const parts = [${Array.from({ length: 19 }, (_, at) => `part${at}`).join()}];`,
    ].join('\n'),
    rule: 'max-dependencies',
  },
  'src/fold/seeded-cycle.ts': { text: `export type { Seeded } from './seeded-cycle-back.js';`, rule: 'no-cycle' },
  'src/fold/seeded-cycle-back.ts': {
    text: `import type {} from './seeded-cycle.js';\nexport interface Seeded {}`,
    rule: 'no-cycle',
  },
  'src/attic/seeded.ts': { text: 'export const free = true;', rule: 'rooms' },
};

/** What must pass: every fence has a gate. */
const sound: Record<string, string> = {
  'workflows/seeded-awaited-call.ts': activityCall('await askModel(call)'),
  'workflows/seeded-packages.ts': `export { sleep } from '@temporalio/workflow';\nexport type { Duration } from '@temporalio/common';`,
  'src/contract/seeded-packages.ts': `export { ActivityFailure } from '@temporalio/common';`,
  'src/plan/seeded-packages.ts': `export { z } from 'zod';`,
  'src/model/seeded-packages.ts': `export { APIError } from '@anthropic-ai/sdk';`,
  'src/client/seeded-packages.ts': `export { Client } from '@temporalio/client';\nexport { join } from 'node:path';`,
  'src/server/seeded-pid.ts': 'export const { pid } = process;',
  'packages/offline-model/src/seeded-packages.ts': `export { z } from 'zod';\nexport { createServer } from 'node:http';`,
  'packages/offline-model/test/seeded-packages.ts': `export { it } from 'vitest';`,
  'test/seeded-name.ts': `export { startOfflineModel } from '@fanfold/offline-model';`,
};

describe('the linter', () => {
  let tree: SeededTree;
  let found: Map<string, string[]>;

  beforeAll(async () => {
    const seeds: Record<string, string> = { ...sound };
    for (const { from, to } of edges) {
      seeds[edgePath(from, to)] = `export * from '${'../'.repeat(from.split('/').length)}${to}/index.js';`;
      seeds[edgePath(from, to, 'deep/')] = `export * from '${'../'.repeat(from.split('/').length + 1)}${to}/index.js';`;
      // Not the room `to`, but a folder of the room's own that has the same name.
      seeds[`${from}/deep/seeded-own-${nameOf(to)}.ts`] = `export * from '../${to}/index.js';`;
    }
    for (const [name, text] of Object.entries(forms)) seeds[`workflows/seeded-${name}.ts`] = text;
    for (const { room, name } of [...packageEdges, ...nameEdges])
      seeds[packagePath(room, name)] = `export * from '${name}';`;
    for (const [path, { text }] of Object.entries(others)) seeds[path] = text;
    tree = await SeededTree.grow(seeds);
    found = rulesByPath((await tree.run('oxlint', '--format', 'json')).output);
  });

  afterAll(() => tree?.cut());

  it.each(forbidden)('refuses $from → $to, at every depth', ({ from, to }) => {
    expect(found.get(edgePath(from, to))).toEqual(['fanfold(rooms)']);
    expect(found.get(edgePath(from, to, 'deep/'))).toEqual(['fanfold(rooms)']);
  });

  it.each(allowed)('lets $from → $to pass', ({ from, to }) => {
    expect(found.get(edgePath(from, to))).toBeUndefined();
    expect(found.get(edgePath(from, to, 'deep/'))).toBeUndefined();
  });

  it('does not take a folder inside a room for the room of that name', () => {
    expect([...found.keys()].filter((path) => path.includes('/deep/seeded-own-'))).toEqual([]);
  });

  it.each(Object.keys(forms))('sees through %s', (name) => {
    expect(found.get(`workflows/seeded-${name}.ts`)).toContain('fanfold(rooms)');
  });

  it.each(packageEdges)('refuses $name in $room', ({ room, name }) => {
    expect(found.get(packagePath(room, name))).toContain('fanfold(rooms)');
  });

  it.each(forbiddenNames)('refuses $name in $room', ({ room, name }) => {
    expect(found.get(packagePath(room, name))).toEqual(['fanfold(rooms)']);
  });

  it.each(allowedNames)('lets $name into $room', ({ room, name }) => {
    expect(found.get(packagePath(room, name))).toBeUndefined();
  });

  it.each(Object.entries(others))('refuses %s', (path, { rule }) => {
    expect(found.get(path)).toEqual([expect.stringContaining(`(${rule})`)]);
  });

  it.each(Object.keys(sound))('lets %s pass', (path) => {
    expect(found.get(path)).toBeUndefined();
  });

  it('has nothing against the rooms as they are', () => {
    expect([...found.keys()].filter((path) => !path.includes('seeded') && !(path in others))).toEqual([]);
  });

  it('knows every room that there is', async () => {
    const packageFolders = await foldersIn('packages');
    const folders = [
      ...(await foldersIn('src')),
      ...packageFolders.flatMap((folder) => [folder, `${folder}/test`]),
      'activities',
      'workflows',
    ];
    expect(rooms.toSorted()).toEqual(folders.toSorted());
  });
});

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`);
}

function activityCall(call: string): string {
  return [
    `import { proxyActivities } from '@temporalio/workflow';`,
    `import type { Activities, ModelCall } from '../src/contract/activities.js';`,
    `const { askModel } = proxyActivities<Activities>({ startToCloseTimeout: '1m' });`,
    `export async function seeded(call: ModelCall): Promise<void> {\n  ${call};\n}`,
  ].join('\n');
}

function nameOf(room: string): string {
  return room.replaceAll('/', '-');
}

function edgePath(from: string, to: string, folder = ''): string {
  return `${from}/${folder}seeded-${nameOf(to)}.ts`;
}

function packagePath(room: string, name: string): string {
  return `${room}/seeded-package-${name.replaceAll(/\W+/g, '-')}.ts`;
}

function rulesByPath(output: string): Map<string, string[]> {
  const { diagnostics } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as {
    diagnostics: { filename: string; code: string }[];
  };
  const rules = new Map<string, string[]>();
  for (const { filename, code } of diagnostics) rules.set(filename, [...(rules.get(filename) ?? []), code]);
  return rules;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';

import { FanfoldPlugin } from '../../src/plugin/index.js';
import { equipped } from '../../src/plugin/plugin-defaults.js';
import type { PluginSettings } from '../../src/plugin/plugin-settings.js';
import { BlobStore } from '../../src/store/blob-store.js';
import { rulesPolicy, ToolRegistry } from '../../src/tools/index.js';
import type { Policy } from '../../src/tools/index.js';

it('allows what its home has registered, unless it was given a policy or a store', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-allowed-'));
  // The home is marked as its maker's first.
  await (await equipped({ offline: true, home, env: {} })).close();
  const grant = { folder: '/srv/texts' };
  await new ToolRegistry(home).put(grant);
  const allowed = async (given: PluginSettings) => {
    const { settings, close } = await equipped({ offline: true, home, env: {}, ...given });
    await close();
    return settings.policy && (await (settings.policy as Policy).allows(grant));
  };
  expect(await allowed({})).toBe(true);
  expect(await allowed({ policy: rulesPolicy({}) })).toBe(false);
  expect(await allowed({ store: new BlobStore(home) })).toBeUndefined();
});

it('refuses the home of somebody else before the worker is there, as the command does', async () => {
  const foreign = await mkdtemp(join(tmpdir(), 'fanfold-foreign-'));
  await writeFile(join(foreign, 'journal.db'), 'somebody else’s');
  const plugins = [new FanfoldPlugin({ offline: true, home: foreign })];
  // Plugins are asked before anything is connected.
  const created = Worker.create({ taskQueue: 'own', plugins, activities: { own: async () => 1 } });
  await expect(created).rejects.toMatchObject({
    type: 'ForeignHome',
    message: expect.stringContaining(
      `The fanfold home ${foreign} is not known to be yours: it carries no mark of yours`,
    ),
    advice: expect.stringContaining('fanfold home adopt'),
  });
  await rm(foreign, { recursive: true });
});

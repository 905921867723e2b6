import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

import type { OfflineModel } from '@fanfold/offline-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { root } from '../support/fanfold.js';
import { GatewayDesk, key } from './desk.js';

type Check = (given: unknown) => Promise<void>;

/** What the scripts for all clients are made of. */
async function scripted<Part>(name: string): Promise<Part> {
  return (await import(/* @vite-ignore */ pathToFileURL(join(root, 'scripts', 'clients', name)).href)) as Part;
}

const { checks, heavy, given } = await scripted<{
  checks: Record<string, Check>;
  heavy: string[];
  given(baseURL: string, apiKey: string, mark: string): unknown;
}>('typescript.mjs');
const { rules } = await scripted<{ rules(): Parameters<OfflineModel['script']> }>('rules.mjs');

describe.each(['direct', 'through the gateway', 'through the gateway, with its journal'])(
  'the TypeScript SDK, %s',
  (way) => {
    let desk: GatewayDesk;

    beforeAll(async () => {
      desk = await GatewayDesk.openFor(afterAll, { journalAll: way.endsWith('journal') });
      desk.model.script(...rules());
    });

    it.each(Object.keys(checks).filter((name) => way === 'through the gateway' || !heavy.includes(name)))(
      '%s',
      async (name) => {
        await checks[name]!(given(way === 'direct' ? desk.model.url : desk.address, key, way));
      },
    );

    it('has asked, and left nothing under way', async () => {
      await desk.model.idle();
      expect(desk.model.total).toBeGreaterThan(10);
    });
  },
);

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';

import { openJournal } from '../../src/journal/index.js';
import type { Journal, JournalSettings } from '../../src/journal/index.js';
import { PostgresServer } from '../support/postgres.js';

export type Backend = 'embedded' | 'PostgreSQL';
export const backends: readonly Backend[] = ['embedded', 'PostgreSQL'];

/** Where a journal is. */
export interface Site {
  home: string;
  url?: string;
}

const homes: string[] = [];
const journals: Journal[] = [];
let server: Promise<PostgresServer> | undefined;

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true });
});

afterAll(async () => (await server)?.stop());

/** The file's PostgreSQL server, started when first asked for and stopped at the end. */
export function postgres(): Promise<PostgresServer> {
  server ??= PostgresServer.start();
  return server;
}

export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-journal-'));
  homes.push(home);
  return home;
}

/** An empty place for a journal. */
export async function makeSite(backend: Backend): Promise<Site> {
  const home = await makeHome();
  return backend === 'embedded' ? { home } : { home, url: await (await postgres()).freshUrl() };
}

/** A journal that is closed after the test; a warning that no listener expects fails it. */
export async function open(place: Site, settings: Partial<JournalSettings> = {}): Promise<Journal> {
  const onWarning = (message: string) => {
    throw new Error(`unexpected warning: ${message}`);
  };
  const journal = await openJournal({ onWarning, ...settings, ...place });
  journals.push(journal);
  return journal;
}

import { hostname } from 'node:os';
import { resolve } from 'node:path';

import { Runtime } from '@temporalio/worker';

import { gatewayIn } from '../contract/gateway.js';
import { workerIdentity } from '../contract/names.js';
import { fanOutDefaults } from '../contract/options.js';
import { UnavailableError } from '../contract/errors.js';
import { cassetteIn } from '../journal/index.js';
import type { Journal } from '../journal/index.js';
import { BlobStore } from '../store/blob-store.js';
import { storeIn } from '../store/open-place.js';
import { homePolicy, ToolRegistry } from '../tools/index.js';
import { modelApiOf } from '../worker/model-api.js';
import { environmentWith, gatewayOf } from './plugin-gateway.js';
import type { PluginSettings } from './plugin-settings.js';
import type { WorkerSettings } from '../worker/index.js';

/** What a plugin's workers run with, and how to end what was opened for them. */
export interface Equipped {
  settings: Omit<WorkerSettings, 'namespace'>;
  close(): Promise<void>;
}

/**
 * The environment of the program, where the plugin is given none.
 *
 * @throws UnavailableError `NoApiKey` where the plugin's workers could ask no model at all, or `BadApiKey`
 * @throws InputError where `gateway` cannot be meant
 */
export function checkModel(given: PluginSettings): void {
  const env = environmentIn(given);
  if (typeof given.gateway === 'string' && gatewayIn(env) !== undefined) return;
  if (given.offline === true || given.offlineModelUrl !== undefined || apiOf(given) !== undefined) return;
  if (given.cassette !== undefined || cassetteIn(env, process.cwd()) !== undefined) return;
  throw new UnavailableError(
    'NoApiKey',
    'Expected `ANTHROPIC_API_KEY` to be set, or `new FanfoldPlugin({ api })` or `new FanfoldPlugin({ offline: true })`, got none of them.',
    'Offline, a model on this machine answers, which only extracts sentences: give `offline: true` to the plugin of worker and client.',
  );
}

/**
 * The home, which is made or found to be the user's own where something of the plugin is kept in it.
 *
 * @throws UnavailableError `ForeignHome`
 * @throws InputError where it cannot be used, or the journal's variables cannot be meant
 */
export async function openedHome({ env = process.env, ...given }: PluginSettings): Promise<string> {
  const home = resolve(given.home ?? (env['FANFOLD_HOME'] || '.fanfold'));
  if (given.store !== undefined && given.gateway !== 'home') return home;
  const [{ openHome }, { checkJournalSettings }] = await Promise.all([
    import('../server/index.js'),
    import('../journal/index.js'),
  ]);
  if (given.journal === undefined) {
    checkJournalSettings({ url: env['FANFOLD_JOURNAL'], encryptionKey: env['FANFOLD_ENCRYPTION_KEY'] });
  }
  await openHome(home, env);
  return home;
}

/**
 * Fills in what a plugin was not given: store, journal and registrations of the home, the gateway or the API of the environment, the
 * offline model.
 *
 * @throws UnavailableError where the home is not this user's, or the journal cannot be opened
 * @throws InputError where a variable of the environment cannot be meant
 */
export async function equipped(given: PluginSettings): Promise<Equipped> {
  const env = environmentIn(given);
  const home = await openedHome(given);
  const encryptionKey = env['FANFOLD_ENCRYPTION_KEY'] || undefined;
  // A store of one's own comes with a journal of one's own, or with none.
  const opened = given.journal === undefined && given.store === undefined ? await journalIn(home, env) : undefined;
  const named = given.cassette ?? cassetteIn(env, process.cwd());
  const cassette = named && (await (await import('../journal/index.js')).openCassette(named));
  const store = given.store ?? new BlobStore(storeIn(env['FANFOLD_STORE'] || home, process.cwd()), encryptionKey);
  const offline = lazyOfflineModel(env['FANFOLD_OFFLINE_URL']);
  const { offline: _, home: __, env: ___, cassette: ____, gateway: _____, priority: ______, ...rest } = given;
  const api = apiOf(given);
  // A home that is not looked at, for the store is elsewhere, may be somebody else's: it allows nothing.
  const policy = given.policy ?? (given.store === undefined ? homePolicy(new ToolRegistry(home)) : undefined);
  const own = await gatewayOf(given, home, env, ownProgram);
  const gateway = own ?? (typeof given.gateway === 'object' ? given.gateway : undefined);
  return {
    settings: {
      concurrency: fanOutDefaults.concurrency,
      ...rest,
      store,
      env,
      policy,
      offlineModelUrl: given.offlineModelUrl ?? offline.url,
      ...(opened !== undefined && { journal: opened }),
      ...(cassette && { cassette }),
      ...(api !== undefined && { api }),
      ...(gateway !== undefined && { gateway }),
    },
    close: async () => {
      own?.close();
      await offline.stop();
      await opened?.close();
      if (store instanceof BlobStore && store !== given.store) await store.close();
    },
  };
}

function apiOf(given: PluginSettings): WorkerSettings['api'] {
  const { api, offline = false } = given;
  // Offline means that nothing can be paid for, key or not.
  return api ?? (offline ? undefined : modelApiOf({ env: environmentIn(given) }));
}

const ownProgram = {
  cwd: process.cwd(),
  nodePath: process.execPath,
  say: (message: string) => Runtime.instance().logger.warn(`fanfold: ${message}`),
};

function environmentIn(given: PluginSettings): NodeJS.ProcessEnv {
  return environmentWith(given, given.env ?? process.env);
}

async function journalIn(home: string, env: NodeJS.ProcessEnv): Promise<Journal> {
  const { openJournal } = await import('../journal/index.js');
  return openJournal({
    home,
    url: env['FANFOLD_JOURNAL'],
    encryptionKey: env['FANFOLD_ENCRYPTION_KEY'],
    identity: workerIdentity(hostname(), process.pid),
  });
}

/** The offline model of a program: one that runs elsewhere, or one of its own, started when first asked. */
function lazyOfflineModel(elsewhere: string | undefined): { url(): Promise<string>; stop(): Promise<void> } {
  if (elsewhere) return { url: async () => elsewhere, stop: async () => {} };
  let started: Promise<{ url: string; stop(): Promise<void> }> | undefined;
  const start = async () => (await import('@fanfold/offline-model')).startOfflineModel();
  return {
    url: async () => (await (started ??= start())).url,
    stop: async () => {
      await (await started)?.stop();
    },
  };
}

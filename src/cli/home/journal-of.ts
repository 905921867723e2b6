import { hostname } from 'node:os';

import { workerIdentity } from '../../contract/names.js';
import { checkJournalSettings, JournalTransfer, openJournal } from '../../journal/index.js';
import type { Journal } from '../../journal/index.js';
// A gateway loads it, and nothing of Temporal.
import { openHome } from '../../server/home.js';
import type { Say } from './session.js';
import type { World } from '../world.js';

/**
 * @throws InputError when the environment names a journal or a key that cannot be read
 */
export function checkJournalOf({ env }: World): void {
  checkJournalSettings({ url: env['FANFOLD_JOURNAL'], encryptionKey: env['FANFOLD_ENCRYPTION_KEY'] });
}

/**
 * The journal that the environment names, or the one of the home.
 *
 * @throws InputError for a URL or an encryption key that cannot be read
 * @throws UnavailableError when it cannot be used, or is in a home that is not known to be this user's
 */
export async function openJournalOf(
  home: string,
  { env, pid }: Pick<World, 'env' | 'pid'>,
  say: Say,
): Promise<Journal> {
  if (!env['FANFOLD_JOURNAL']) await openHome(home, env);
  return openJournal({
    home,
    url: env['FANFOLD_JOURNAL'],
    encryptionKey: env['FANFOLD_ENCRYPTION_KEY'],
    identity: workerIdentity(hostname(), pid),
    onWarning: say,
  });
}

/**
 * The same journal, to carry its answers elsewhere or back.
 *
 * @throws as `openJournalOf`
 */
export async function openTransferOf(home: string, { env }: World, say: Say): Promise<JournalTransfer> {
  if (!env['FANFOLD_JOURNAL']) await openHome(home, env);
  return JournalTransfer.open({
    home,
    url: env['FANFOLD_JOURNAL'],
    encryptionKey: env['FANFOLD_ENCRYPTION_KEY'],
    onWarning: say,
  });
}

import { InputError } from '../contract/errors.js';
import type { JournalStore } from './journal-store.js';
import type { Journal, JournalLimits } from './journal.js';
import { readKeyring } from '../encryption/index.js';
import { StoredJournal } from './stored-journal.js';
import { defaultLimits } from './upkeep.js';

export interface JournalSettings {
  /** Directory of the embedded journal, `journal/` in it. */
  home: string;
  /** `FANFOLD_JOURNAL`: the URL of a PostgreSQL database, which is used instead of the embedded one. */
  url?: string | undefined;
  /** `FANFOLD_ENCRYPTION_KEY`; without it records are not encrypted. */
  encryptionKey?: string | undefined;
  /** Applied at opening and every hour; those not given are 90 days and 2 GiB. */
  limits?: JournalLimits | undefined;
  /**
   * Milliseconds for which the lease of a dead process keeps others waiting; 5,000 by default. It is renewed five times as often.
   */
  leaseMs?: number | undefined;
  /** Name of this process for `abandon`, once it is dead. */
  identity?: string | undefined;
  /** Called with one sentence for each loss or failure. */
  onWarning?: ((message: string) => void) | undefined;
}

const defaultLeaseMs = 5_000;

/**
 * Opens the journal, and makes it where there is none.
 *
 * @throws InputError for a URL or an encryption key that cannot be read, without showing what is secret in it
 * @throws UnavailableError when the store cannot be used
 */
export async function openJournal(settings: JournalSettings): Promise<Journal> {
  const { encryptionKey, limits, leaseMs = defaultLeaseMs, identity, onWarning = () => {} } = settings;
  const keyring = encryptionKey ? readKeyring(encryptionKey, 'journal') : undefined;
  const store = await openStore(settings, onWarning);
  return new StoredJournal(store, { keyring, limits: { ...defaultLimits, ...limits }, leaseMs, identity, onWarning });
}

/**
 * Checks the settings as far as that needs nothing opened.
 *
 * @throws InputError for a URL or an encryption key that cannot be read
 */
export function checkJournalSettings({ url, encryptionKey }: Pick<JournalSettings, 'url' | 'encryptionKey'>): void {
  if (encryptionKey) readKeyring(encryptionKey, 'journal');
  if (url) checkUrl(url);
}

/** @throws as `openJournal` */
export async function openStore(
  { home, url }: JournalSettings,
  onWarning: (message: string) => void,
): Promise<JournalStore> {
  // Loaded on demand: commands only look at the settings.
  if (!url) return (await import('./embedded/embedded-store.js')).openEmbeddedStore(home, onWarning);
  checkUrl(url);
  return (await import('./postgres/postgres-store.js')).openPostgresStore(url);
}

function checkUrl(url: string): void {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'postgres' || scheme === 'postgresql') return;
  // The value is not quoted whole: it may hold a password.
  const got = scheme === undefined ? 'something without a scheme' : `\`${scheme}:…\``;
  throw new InputError(
    `Expected \`FANFOLD_JOURNAL\` to be a URL like \`postgres://user:password@host:5432/database\`, got ${got}.`,
    'Unset it to keep the journal in FANFOLD_HOME.',
  );
}

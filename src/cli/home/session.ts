import { resolve } from 'node:path';

import type { Client } from '@temporalio/client';

import { connectClient } from '../../client/index.js';
import { findServer, joinHome, openHome, prepareNamespace, rememberHome, superviseServer } from '../../server/index.js';
import type { HomeMembership, TemporalServer } from '../../server/index.js';
import { readingConverter } from '../../payloads/index.js';
import { BlobStore } from '../../store/blob-store.js';
import { placeKind, storeIn } from '../../store/open-place.js';
import { shownAddress } from '../../secrets/index.js';
import { encryptionKeyOf } from './encryption-key.js';
import { proseFor } from '../show/terminal-rows.js';
import { joined, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** A command's place in its home: the server it uses, a client for it, and the store. */
export interface Session {
  home: string;
  membership: HomeMembership;
  server: TemporalServer;
  client: Client;
  store: BlobStore;
  /** Whether the namespace knows fanfold's search attributes. */
  searchable: boolean;
  /** Leaves the home; the last to leave stops the embedded server. */
  leave(): Promise<void>;
}

export function homeOf(world: World): string {
  return resolve(world.cwd, world.env['FANFOLD_HOME'] || '.fanfold');
}

/**
 * Opens the home without a session. A home is made where there is none.
 *
 * @throws InputError when it cannot be used; UnavailableError `ForeignHome` when it is not known to be this user's
 */
export async function ownHomeOf(world: World): Promise<string> {
  const home = homeOf(world);
  await openHome(home, world.env);
  return home;
}

/**
 * The place of large texts: the home, or a folder, database or bucket that several machines share.
 *
 * @throws InputError for a URL that names another kind
 */
export function storeOf(world: World): string {
  return storeIn(world.env['FANFOLD_STORE'] || homeOf(world), world.cwd);
}

/** The same as it may be shown. */
export function shownPlace(place: string): string {
  return placeKind(place) === 'directory' ? place : shownAddress(place);
}

/** Says something about how things are going, on standard error. */
export type Say = (message: string) => void;

export function sayer(world: World, quiet: boolean | undefined): Say {
  return quiet
    ? () => {}
    : (message) => world.stderr.write(joined([proseFor(world.stderr, `fanfold: ${message}`), line`\n`], ''));
}

/**
 * Joins the home and connects to its server, started if there is none.
 *
 * @param onJoined called before a server is looked for
 * @throws UnavailableError when no server can be used, or the home is not known to be this user's
 */
export async function openSession(
  world: World,
  role: 'command' | 'worker' | 'dev',
  say: Say,
  onJoined?: (membership: HomeMembership) => Promise<void>,
): Promise<Session> {
  const home = homeOf(world);
  const encryptionKey = encryptionKeyOf(world);
  const membership = await joinHome({ home, env: world.env, role, onEvent: say });
  void rememberHome(home, world.env);
  try {
    await onJoined?.(membership);
    const server = await findServer(membership, { env: world.env, startIfNone: true });
    // A profile may have a key that is in no variable.
    world.secrets?.add(server.connectionOptions.apiKey);
    const stopSupervising = superviseServer(membership, server, say);
    try {
      const client = await connectClient({
        ...server,
        dataConverter: readingConverter(encryptionKey),
        interceptors: world.tracing?.clientInterceptors,
      });
      const searchable = await prepareNamespace(home, server, client.connection);
      const store = new BlobStore(storeOf(world), encryptionKey);
      const leave = async () => {
        await stopSupervising();
        await store.close();
        await membership.leave();
        // A call that is tried again would find the connection closed: nothing comes after this.
        await client.connection.close();
      };
      return {
        home,
        membership,
        server,
        client,
        store,
        searchable,
        leave,
      };
    } catch (error) {
      await stopSupervising();
      throw error;
    }
  } catch (error) {
    await membership.leave();
    throw error;
  }
}

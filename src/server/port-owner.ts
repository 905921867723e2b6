import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';

import { isOwnUid } from './user.js';

/** Least id of a person: users below are the system's own, there by its administrator's will (login.defs(5), `UID_MIN`). */
const firstPerson = 1_000;

/** `LISTEN`, as the kernel numbers it: include/net/tcp_states.h */
const listening = '0A';

/**
 * The other person who listens on a port of 127.0.0.1; undefined where that is this user, the system, or unknown. Only Linux
 * tells.
 */
export async function strangerOn(port: number): Promise<number | undefined> {
  if (platform() !== 'linux') return undefined;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
  const texts = await Promise.all(tables.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.flatMap((text) => listenersOf(text, port)).find((uid) => uid >= firstPerson && !isOwnUid(uid));
}

/** User ids of the listeners on a port, at any address: https://docs.kernel.org/networking/proc_net_tcp.html */
export function listenersOf(table: string, port: number): number[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((row) => {
    const [, local = '', , state, , , , uid = ''] = row.trim().split(/\s+/);
    return local.endsWith(`:${wanted}`) && state === listening && /^\d+$/.test(uid) ? [Number(uid)] : [];
  });
}

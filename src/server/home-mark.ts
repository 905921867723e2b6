import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { realpath } from 'node:fs/promises';

import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';

/**
 * The mark of a home that is its user's: two HMACs with the user's secret over the real place of the directory.
 *
 * HomeMark-1. Both HMACs cover the inode. A copy, a clone or a restored backup is another directory, and carries no valid mark.
 * HomeMark-2. `byDevice` holds wherever the directory is moved on its file system.
 * HomeMark-3. `byPath` holds when the device has another number after a reboot, as with NFS, Btrfs and the device mapper
 *     (stat(2): a device number means something only until the next mount).
 */
interface HomeMark {
  version: 1;
  byDevice: string;
  byPath: string;
}

export type MarkState = 'fits' | 'outdated' | 'none' | 'foreign';

type Directory = Pick<BigIntStats, 'dev' | 'ino'>;

/** Whether the home carries its user's mark. A mark is `outdated` where the home has been moved or mounted anew since. */
export async function markState(home: string, directory: Directory, secret: Buffer): Promise<MarkState> {
  const found = (await readJson(homePaths(home).owner)) as Partial<HomeMark> | undefined;
  if (found === undefined) return 'none';
  const { byDevice, byPath } = await markOf(home, directory, secret);
  const fits = [isSame(found?.byDevice, byDevice), isSame(found?.byPath, byPath)];
  if (fits.every(Boolean)) return 'fits';
  return fits.some(Boolean) ? 'outdated' : 'foreign';
}

export async function writeMark(home: string, directory: Directory, secret: Buffer): Promise<void> {
  await writeJson(homePaths(home).owner, await markOf(home, directory, secret));
}

async function markOf(home: string, { dev, ino }: Directory, secret: Buffer): Promise<HomeMark> {
  const place = await realpath(home);
  const over = (...parts: readonly string[]) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['fanfold home', 1, ...parts]))
      .digest('hex');
  return { version: 1, byDevice: over('device', `${dev}`, `${ino}`), byPath: over('path', place, `${ino}`) };
}

function isSame(found: unknown, expected: string): boolean {
  if (typeof found !== 'string' || found.length !== expected.length) return false;
  const [left, right] = [Buffer.from(found), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

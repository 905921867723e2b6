import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const megabyte = 1_048_576;

/** Whether a disk of one's own can be mounted here: as root on Linux. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A disk in memory that can be filled. */
export async function mountSmallDisk(path) {
  await run('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=0700', 'fanfold-nemesis', path]);
  return {
    /** Leaves no byte. */
    async fill() {
      const filler = join(path, 'ballast');
      for (let chunk = 16 * megabyte; chunk >= 4_096;) {
        const { bavail, bsize } = await statfs(path);
        if (bavail * bsize < chunk) chunk /= 2;
        else await writeFile(filler, Buffer.alloc(chunk), { flag: 'a' }).catch(() => (chunk /= 2));
      }
    },
    free: () => rm(join(path, 'ballast'), { force: true }),
    unmount: () => run('umount', ['--lazy', path]),
  };
}

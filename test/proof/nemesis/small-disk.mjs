import { execFile } from 'node:child_process';
import { chmod, rm, rmdir, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const megabyte = 1_048_576;
const sizeBytes = 300 * megabyte;

/** Whether a disk of one's own can be mounted here: as root on Linux. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** Whether it can be one that stands still when it is told to: a file system in a file. One in memory has no disk to wait for. */
export const canFreeze = canMount && (await Promise.all(['mkfs.ext4', 'fsfreeze'].map(isThere))).every(Boolean);

/** A disk that can be filled, and slowed down where `slow` is there. */
export async function mountSmallDisk(path) {
  const isInFile =
    canFreeze &&
    (await mountFile(path).then(
      () => true,
      () => false,
    ));
  if (!isInFile) await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'fanfold-nemesis', path]);
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
    ...(isInFile && { slow: (times, standsMs) => slow(path, times, standsMs) }),
    unmount: () => run('umount', ['--lazy', path]),
  };
}

async function mountFile(path) {
  const image = `${path}.img`;
  await writeFile(image, '');
  await truncate(image, sizeBytes);
  // Nothing is kept back for root, who would never find it full.
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await run('mount', ['-o', 'loop', image, path]);
  await rmdir(join(path, 'lost+found'));
  await chmod(path, 0o700);
}

/** Every write waits so long, so many times, with a moment between. A process of its own does it: it thaws the disk whatever becomes of this one. */
async function slow(path, times, standsMs) {
  const script = `trap 'fsfreeze --unfreeze "$1" 2>/dev/null' EXIT
for each in $(seq "$2"); do fsfreeze --freeze "$1" && sleep "$3"; fsfreeze --unfreeze "$1"; sleep 0.05; done`;
  await run('sh', ['-c', script, 'slow-disk', path, String(times), String(standsMs / 1_000)]).catch(() => {});
}

function isThere(program) {
  return run('sh', ['-c', 'command -v "$0"', program]).then(
    () => true,
    () => false,
  );
}

// CPU time and memory of processes and of all that they started, from /proc; Linux only.
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

function processes() {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      found.set(Number(name), { parent: Number(fields[1]), cpuMs: (ticks * 1_000) / ticksPerSecond });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Peak of a process's own memory: what is shared with others, as PostgreSQL's buffers are, is left out. */
export const peakMb = (pid) => ownMb(pid, 'VmHWM');

/** A process's own memory now. */
export const residentMb = (pid) => ownMb(pid, 'VmRSS');

function ownMb(pid, what) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
    return (kilobytes(what) - kilobytes('RssShmem')) / 1_024;
  } catch {
    return 0;
  }
}

/** @returns milliseconds of CPU so far, of ended children too, and the sum of the peaks of those that live, in MB */
export function usageOf(roots) {
  const all = processes();
  const wanted = new Set(roots);
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const [pid, { parent }] of all) if (wanted.has(parent)) wanted.add(pid);
  }
  const alive = [...wanted].filter((pid) => all.has(pid));
  return {
    cpuMs: alive.reduce((sum, pid) => sum + all.get(pid).cpuMs, 0),
    peakMb: alive.reduce((sum, pid) => sum + peakMb(pid), 0),
  };
}

/** Milliseconds of CPU of one process so far, without what it started. */
export function ownCpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { promisify } from 'node:util';

/** The system's facts about a running process. */
export interface ProcessFacts {
  /** Start time in the system's words; empty on Windows, where it cannot be learnt. */
  startTime: string;
  /** Id of the user it runs as; undefined on Windows. */
  uid?: number | undefined;
}

/** Command line: its words one by one where the system keeps them apart, else one text. */
export type CommandLine = readonly string[] | string;

const run = promisify(execFile);

/** Undefined when there is none, or only a zombie. */
export async function lookUpProcess(pid: number): Promise<ProcessFacts | undefined> {
  switch (platform()) {
    case 'linux':
      return lookUpInProc(pid);
    case 'win32':
      return { startTime: '' };
    default:
      return lookUpByPs(pid);
  }
}

/** The words that a process was started with; undefined where they cannot be learnt, as on Windows. */
export async function commandLineOf(pid: number): Promise<CommandLine | undefined> {
  switch (platform()) {
    case 'linux': {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return text === '' ? undefined : text.replace(/\0$/, '').split('\0');
    }
    case 'win32':
      return undefined;
    default:
      return (await ps('-ww', '-o', 'command=', '-p', String(pid))).trim() || undefined;
  }
}

/** Device and inode of the directory that a process works in; undefined where they cannot be learnt, as anywhere but on Linux. */
export async function workingDirectoryOf(pid: number): Promise<{ dev: bigint; ino: bigint } | undefined> {
  if (platform() !== 'linux') return undefined;
  return stat(`/proc/${pid}/cwd`, { bigint: true }).catch(() => undefined);
}

/** Ids of the processes in a group; none on Windows, which has no groups. */
export async function groupMembers(group: number): Promise<number[]> {
  switch (platform()) {
    case 'linux': {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
      const groups = await Promise.all(pids.map(async (pid) => (await statFields(pid))[2]));
      return pids.filter((_, at) => groups[at] === String(group));
    }
    case 'win32':
      return [];
    default: {
      const rows = (await ps('-axo', 'pid=,pgid=')).trim().split('\n');
      return rows
        .map((row) => row.trim().split(/\s+/).map(Number))
        .flatMap(([pid, of]) => (of === group ? [pid!] : []));
    }
  }
}

async function lookUpInProc(pid: number): Promise<ProcessFacts | undefined> {
  const [fields, status] = await Promise.all([
    statFields(pid),
    // The user id is not that of /proc/PID, which is root's where the process may not be traced.
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
  ]);
  const [, uid] = /^Uid:\s+\d+\s+(\d+)/m.exec(status) ?? [];
  // Clock ticks since boot: field 22 of proc(5) `stat`.
  const startTime = fields[0] === 'Z' ? undefined : fields[19];
  return startTime === undefined || uid === undefined ? undefined : { startTime, uid: Number(uid) };
}

/** The fields of proc(5) `stat` from the third, the state, on: counted after the name, which may hold blanks and brackets. */
async function statFields(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

async function lookUpByPs(pid: number): Promise<ProcessFacts | undefined> {
  const said = await ps('-o', 'uid=', '-o', 'stat=', '-o', 'lstart=', '-p', String(pid));
  const [, uid, state = 'Z', startTime] = /^\s*(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(said) ?? [];
  return state.startsWith('Z') || startTime === undefined ? undefined : { startTime, uid: Number(uid) };
}

async function ps(...args: readonly string[]): Promise<string> {
  // The text depends on the locale and time zone, so both are fixed.
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = await run('ps', [...args], { env }).catch(() => ({ stdout: '' }));
  return stdout;
}

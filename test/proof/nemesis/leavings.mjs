import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DatabaseSync } from '@photostructure/sqlite';

/** How long what was told to end may take, in milliseconds. */
const patienceMs = 10_000;

/** What is left of a home whose processes have all been told to end: processes, leases, locks, drafts. */
export async function leavingsOf({ home, settings }) {
  const left = [];
  let processes = await processesOf(home);
  for (const sinceMs = Date.now(); processes.length > 0 && Date.now() - sinceMs < patienceMs;) {
    await sleep(100);
    processes = await processesOf(home);
  }
  for (const { pid, command } of processes) {
    left.push(`process ${pid}: ${command}`);
    process.kill(pid, 'SIGKILL');
  }
  const files = await readdir(home, { recursive: true });
  for (const file of files) {
    if (/^lock$|^presence\/|^server\.json$|\.tmp$|\.draft|~$/.test(file)) left.push(`file ${file}`);
  }
  if (settings.journalUrl === undefined) left.push(...(await leasesOf(join(home, 'journal'))));
  return left;
}

async function processesOf(home) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name) => readFile(join('/proc', pid, name), 'utf8').catch(() => '');
      const environment = await read('environ');
      const isOurs = environment.split('\0').includes(`FANFOLD_HOME=${home}`) || (await read('cmdline')).includes(home);
      if (!isOurs || Number(pid) === process.pid) return [];
      return [{ pid: Number(pid), command: (await read('cmdline')).replaceAll('\0', ' ').slice(0, 200) }];
    }),
  );
  return found.flat();
}

async function leasesOf(directory) {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.db'));
  return names.flatMap((name) => {
    const database = new DatabaseSync(join(directory, name));
    try {
      const { left } = database.prepare('SELECT count(*) AS left FROM leases WHERE expires_at_ms > ?').get(Date.now());
      return left > 0 ? [`${left} leases in ${name}`] : [];
    } finally {
      database.close();
    }
  });
}

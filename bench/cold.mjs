// What the first run of a new home costs: CPU of command, server, worker and gateway until the command ends, with the model not counted,
// beside other builds. What ends within 20 ms is not seen. Calls take 200 ms; the model is one process for all. Linux only.
//   npm run build && node bench/cold.mjs [documents] [rounds] [entries of other builds, as /path/dist/cli/fanfold.js …]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { entry, median, Stage } from './width/stage.mjs';

const [count = 1_000, rounds = 3] = process.argv.slice(2, 4).map(Number);
const others = process.argv.slice(4);

/** Processes of a home, whatever started them, by what they are. */
function membersOf(home) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const of = (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
        const words = of('cmdline').split('\0');
        const isOfHome = of('environ').split('\0').includes(`FANFOLD_HOME=${home}`);
        // The server has no variables of ours, and its database is in the home.
        if (!isOfHome && !words.some((word) => word.includes(`${home}/`))) return [];
        return [{ pid: Number(pid), part: partOf(words), cpuMs: cpuMsOf(of('stat')) }];
      } catch {
        // It has ended meanwhile, or is another user's.
        return [];
      }
    });
}

/** @param {string[]} words */
function partOf([program, script = '', word]) {
  if (program.endsWith('temporal')) return 'server';
  if (script.includes('gateway')) return 'gateway';
  return word === 'worker' ? 'worker' : 'command';
}

function cpuMsOf(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 13).reduce((sum, field) => sum + Number(field), 0) * 10;
}

const stage = await Stage.open();

/** CPU in milliseconds, by part and together. */
async function coldRun(program, url, gateway) {
  const home = await mkdtemp(join(stage.directory, 'home-'));
  const [, ...words] = await stage.durable(count, ...(gateway ? [] : ['--no-gateway']));
  const env = { ...stage.env(url), FANFOLD_HOME: home };
  const command = stage.keep(
    spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const ended = once(command, 'exit');
  const seen = new Map();
  while (command.exitCode === null && command.signalCode === null) {
    for (const { pid, part, cpuMs } of membersOf(home)) seen.set(pid, { part, cpuMs });
    await Promise.race([ended, sleep(20)]);
  }
  for (const { pid, part, cpuMs } of membersOf(home)) seen.set(pid, { part, cpuMs });
  for (const { pid } of membersOf(home)) process.kill(pid, 'SIGTERM');
  if (command.exitCode !== 0) throw new Error(`It ended with ${command.exitCode}: ${program}`);
  const spent = { together: 0 };
  for (const { part, cpuMs } of seen.values()) {
    spent[part] = (spent[part] ?? 0) + cpuMs;
    spent.together += cpuMs;
  }
  while (membersOf(home).length > 0) await sleep(100);
  return spent;
}

try {
  const { url } = await stage.startModel('200');
  const contenders = [
    { name: 'with the gateway', program: entry, gateway: true },
    { name: '--no-gateway', program: entry, gateway: false },
    ...others.map((program) => ({ name: program, program, gateway: true })),
  ];
  const runs = new Map(contenders.map(({ name }) => [name, []]));
  // The first start of a build compiles, and keeps that.
  for (const { program } of contenders) await coldRun(program, url, true);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, program, gateway } of contenders) runs.get(name).push(await coldRun(program, url, gateway));
  }
  const parts = ['together', 'command', 'server', 'worker', 'gateway'];
  console.log(
    `CPU in milliseconds of the first run of a home, ${count.toLocaleString('en')} documents, medians of ${rounds}:\n`,
  );
  console.log(`| | ${parts.join(' | ')} |\n|---|${parts.map(() => '---|').join('')}`);
  for (const [name, spent] of runs) {
    console.log(`| ${name} | ${parts.map((part) => median(spent.map((each) => each[part] ?? 0))).join(' | ')} |`);
  }
} finally {
  await stage.close();
}

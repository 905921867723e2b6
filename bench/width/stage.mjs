// What the benchmarks of this folder share: a model, fanfold's worker, documents, child processes and their end.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { usageOf } from './usage.mjs';

export const here = (file) => fileURLToPath(new URL(file, import.meta.url));
export const entry = here('../../dist/cli/fanfold.js');
export const peersInstalled = existsSync(here('../peers/node_modules'));
const venv = here('../peers/.venv/bin/python');
export const python = existsSync(venv) ? venv : undefined;

/** Flags of a worker or gateway that begins with all calls at once. */
export const tuned = ['--concurrency', '5000', '--ramp-from', '5000'];

export class Stage {
  #children = new Set();
  #stops = [];

  constructor(directory) {
    this.directory = directory;
  }

  static async open() {
    return new Stage(await mkdtemp(join(tmpdir(), 'fanfold-bench-')));
  }

  keep(child) {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** The API, in a process of its own. */
  async startModel(...words) {
    const model = this.keep(fork(here('model.mjs'), words));
    const [{ url }] = await once(model, 'message');
    const ask = async (what) => {
      model.send(what);
      const [answer] = await once(model, 'message');
      return answer;
    };
    return { url, tally: () => ask('tally') };
  }

  /** @returns {NodeJS.ProcessEnv} */
  env(url) {
    return {
      ...process.env,
      FANFOLD_HOME: join(this.directory, 'home'),
      ANTHROPIC_API_KEY: 'bench',
      ANTHROPIC_BASE_URL: url,
    };
  }

  spawn(words, env = process.env, command = process.execPath) {
    return this.keep(spawn(command, words, { env, stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  /**
   * What a program prints as JSON, with the CPU time that it took; `undefined` where it takes longer than it may.
   * @param {string[]} words
   * @param {{ env?: NodeJS.ProcessEnv, command?: string, mostMs?: number }} [options]
   */
  async output(words, { env, command, mostMs = 120_000 } = {}) {
    const child = this.spawn(words, env, command);
    let printed = '';
    child.stdout.on('data', (text) => (printed += text));
    let cpuMs = 0;
    const watch = setInterval(() => (cpuMs = Math.max(cpuMs, usageOf([child.pid]).cpuMs)), 50);
    const alarm = setTimeout(() => child.kill('SIGKILL'), mostMs);
    const [, signal] = await once(child, 'close');
    clearInterval(watch);
    clearTimeout(alarm);
    return signal === null && printed !== '' ? { childCpuMs: cpuMs, ...JSON.parse(printed) } : undefined;
  }

  /** A worker that begins with all calls at once, or one with these flags. */
  spawnWorker(env, flags = tuned) {
    const words = [entry, 'worker', ...flags];
    return this.keep(spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'pipe'] }));
  }

  async startWorker(env, flags) {
    const worker = this.spawnWorker(env, flags);
    worker.said = '';
    worker.stderr.on('data', (text) => (worker.said += text));
    const ended = once(worker, 'exit');
    while (!/ serves fanfold/.test(worker.said)) {
      await Promise.race([once(worker.stderr, 'data'), ended]);
      if (worker.exitCode !== null) throw new Error(`The worker has ended: ${worker.exitCode}. ${worker.said}`);
    }
    return worker;
  }

  /** Starts a gateway in a home of its own. Returns the environment of those who ask through it. */
  async startGateway(env) {
    const own = { ...env, FANFOLD_HOME: `${env.FANFOLD_HOME}-gateway` };
    const words = [entry, 'gateway', '--listen', '127.0.0.1:0', ...tuned, '--quiet'];
    const [address] = await once(this.spawn(words, own).stdout, 'data');
    return { ...own, FANFOLD_GATEWAY: String(address).trim() };
  }

  async stopWorker(worker) {
    if (worker.exitCode !== null || worker.signalCode !== null) {
      throw new Error(`The worker has ended: ${worker.exitCode ?? worker.signalCode}. ${worker.said.slice(-2_000)}`);
    }
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
  }

  async server(env) {
    return JSON.parse(await readFile(join(env.FANFOLD_HOME, 'server.json'), 'utf8'));
  }

  /** The words of a command that asks about so many documents. */
  async durable(count, ...flags) {
    const path = join(this.directory, `docs-${count}.jsonl`);
    const line = (index) =>
      JSON.stringify({ id: `d${index}`, text: `The supplier of annex ${index} owes the customer notice.` });
    await writeFile(path, Array.from({ length: count }, (_, index) => `${line(index)}\n`).join(''));
    const shared = ['--concurrency', String(count), '--fresh', '--json', '--quiet'];
    return [entry, 'summarise', '--from', path, ...shared, ...flags];
  }

  /** The words that start each peer, up to their database, and the processes that serve them. */
  async startPeers() {
    if (!peersInstalled) return {};
    const { startPostgres, startRestate } = await import('../peers/services.mjs');
    const postgres = await startPostgres();
    const restate = await startRestate(this.directory);
    this.#stops.push(
      () => restate.stop(),
      () => postgres.stop(),
    );
    const file = (name) => here(`../peers/${name}.mjs`);
    return {
      Restate: { file: file('restate'), words: restate.words, servers: [restate.pid] },
      DBOS: { file: file('dbos'), words: [postgres.url('dbos')], servers: [postgres.pid] },
      LangGraph: { file: file('langgraph'), words: [join(this.directory, 'langgraph.db')], servers: [] },
    };
  }

  async close() {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const stop of this.#stops) stop();
    // An embedded server ends by itself a moment after its last user.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

export const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

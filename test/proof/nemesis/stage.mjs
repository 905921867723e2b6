import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Client, Connection } from '@temporalio/client';
import { createJiti } from 'jiti';

import { openJournal } from '../../../dist/src/journal/index.js';
import { gatewaysIn } from '../../../dist/src/server/gateway-place.js';
import { readServerRecord } from '../../../dist/src/server/server-record.js';
import { serverArguments } from '../../../dist/src/server/server-flags.js';
import { Actor } from './actor.mjs';
import { LineProxy } from './line-proxy.mjs';
import { ModelBooks } from './model-books.mjs';
import { bundled } from './own/program.mjs';
import { mountSmallDisk } from './small-disk.mjs';

/** @type {typeof import('../../support/free-port.ts')} */
const { freePort } = await createJiti(import.meta.url).import('../../support/free-port.ts');
const root = fileURLToPath(new URL('../../..', import.meta.url));
const entry = join(root, 'dist/cli/fanfold.js');

/**
 * A home, its processes and the model.
 *
 * @typedef {object} StageSettings
 * @property {boolean} usesGateway
 * @property {boolean} isRemote whether the Temporal server is a process of its own behind a line, and not the home's
 * @property {number} workers
 * @property {string} [clock] path of libfaketime
 * @property {boolean} [hasSmallDisk] whether the home is on a disk of its own
 * @property {import('../../support/postgres.ts').PostgresServer} [database] the PostgreSQL server of the journal
 * @property {string} [journalUrl] of a PostgreSQL database
 * @property {(share: number) => number} latencyMs
 * @property {() => number} backMs after how long what has ended is started again
 */
export class Stage {
  /** @type {StageSettings} */
  settings;
  /** @type {string} */
  directory;
  /** @type {string} */
  home;
  /** @type {Awaited<ReturnType<typeof mountSmallDisk>> | undefined} */
  disk;
  /** @type {string} */
  clockFile;
  /** @type {ModelBooks} */
  books;
  /** @type {string | undefined} */
  serverAddress;
  /** @type {Actor | undefined} */
  server;
  /** @type {LineProxy | undefined} */
  serverLine;
  /** @type {Actor | undefined} */
  gateway;
  /** @type {LineProxy | undefined} */
  gatewayLine;
  /** @type {Actor[]} */
  workers = [];
  /** When an answer was seen to be in the journal, in milliseconds since the epoch, by the journal's key. */
  keptAt = new Map();
  #connection;
  #journal;

  /** @param {StageSettings} settings */
  static async open(settings) {
    const stage = new Stage();
    stage.settings = settings;
    stage.directory = await mkdtemp(join(tmpdir(), 'fanfold-nemesis-'));
    stage.home = join(stage.directory, 'home');
    await mkdir(stage.home);
    stage.disk = settings.hasSmallDisk ? await mountSmallDisk(stage.home) : undefined;
    stage.clockFile = join(stage.directory, 'clock');
    await writeFile(stage.clockFile, '+0\n');
    stage.books = await ModelBooks.open(settings.latencyMs);
    try {
      await stage.#startServer();
      await stage.#startGateway();
      for (let at = 1; at <= settings.workers; at += 1) await stage.#startWorker(at);
      return stage;
    } catch (error) {
      // On a machine that is too busy not everything comes up.
      await stage.end();
      await stage.close(false);
      throw error;
    }
  }

  /** Of the commands and of what is started here. */
  get env() {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(TEMPORAL|FANFOLD|ANTHROPIC|VITEST|NODE_OPTIONS)|_PROXY$/i.test(name),
    );
    const temporal = process.env.FANFOLD_TEST_TEMPORAL ?? join(root, '.tools/temporal/bin/temporal');
    const { clock, journalUrl } = this.settings;
    return {
      ...Object.fromEntries(inherited),
      PATH: `${join(temporal, '..')}:${process.env.PATH}`,
      XDG_CONFIG_HOME: join(this.directory, 'config'),
      FANFOLD_HOME: this.home,
      FANFOLD_IDLE: '0',
      ANTHROPIC_API_KEY: 'made-up-token-1',
      ANTHROPIC_BASE_URL: this.books.url,
      ...(this.serverLine && { TEMPORAL_ADDRESS: this.serverLine.address }),
      ...(journalUrl !== undefined && { FANFOLD_JOURNAL: journalUrl }),
      ...(this.gatewayLine && { FANFOLD_GATEWAY: `http://${this.gatewayLine.address}` }),
      ...(clock !== undefined && {
        LD_PRELOAD: clock,
        FAKETIME_TIMESTAMP_FILE: this.clockFile,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_DONT_RESET: '1',
      }),
    };
  }

  /** Whether its calls outlast a worker: at a gateway of its own, or at that of the home, which is there unless somebody names a server. */
  get hasGateway() {
    return this.settings.usesGateway || this.hasHomeGateway;
  }

  get hasHomeGateway() {
    return !this.settings.usesGateway && !this.settings.isRemote;
  }

  /** Processes of the home's gateway: programs with other settings have one of their own. */
  async homeGatewayPids() {
    return (await gatewaysIn(this.home, this.directory)).map(({ process: { pid } }) => pid);
  }

  /** Runs a command to its end. */
  command(words, patienceMs = 120_000) {
    return new Promise((resolve) => {
      /** @type {import('node:child_process').ExecFileOptions} */
      const options = {
        cwd: this.directory,
        env: this.env,
        maxBuffer: 1 << 28,
        timeout: patienceMs,
        killSignal: 'SIGKILL',
      };
      execFile(process.execPath, [entry, ...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
      });
    });
  }

  /** Starts a command that may be killed. */
  begin(words) {
    const child = spawn(process.execPath, [entry, ...words], { cwd: this.directory, env: this.env, stdio: 'ignore' });
    return child;
  }

  /** A client of the server that no line to it is between. */
  async client() {
    const address = this.serverAddress ?? (await readServerRecord(this.home))?.address;
    this.#connection ??= await Connection.connect({ address });
    return new Client({ connection: this.#connection });
  }

  /** The journal, looked into from outside. */
  async journal() {
    const { journalUrl } = this.settings;
    this.#journal ??= await openJournal({ home: this.home, ...(journalUrl !== undefined && { url: journalUrl }) });
    return this.#journal;
  }

  /** Resolves when the server is there. */
  async serverAnswers() {
    await sleep(200);
    for (;;) {
      const isThere = await this.client()
        .then((client) =>
          client.connection.withDeadline(Date.now() + 2_000, () => client.workflowService.getSystemInfo({})),
        )
        .then(
          () => true,
          () => false,
        );
      if (isThere) return;
      await sleep(100);
    }
  }

  /** Takes down which answers are kept by now: none of them may be asked for from here on. */
  async rememberKept() {
    const asked = new Set(this.books.calls.map(({ key }) => key));
    for (const key of asked) {
      if (this.keptAt.has(key)) continue;
      const entry = await this.journal()
        .then((journal) => journal.get(key))
        .catch(() => undefined);
      if (entry !== undefined) this.keptAt.set(key, Date.now());
    }
  }

  async serverPid() {
    return this.server?.pid ?? (await readServerRecord(this.home))?.pid;
  }

  /** Ends everything in good order. @returns names of what did not end when it was told to */
  async end() {
    const stuck = [];
    await this.#journal?.close();
    for (const actor of [...this.workers, this.gateway]) {
      if (actor !== undefined && !(await actor.end())) stuck.push(actor.name);
    }
    await this.command(['stop']);
    await this.#connection?.close();
    await this.server?.end();
    return stuck;
  }

  /** @param keepsFiles whether somebody wants to look at what there was */
  async close(keepsFiles) {
    this.serverLine?.close();
    this.gatewayLine?.close();
    await this.books.close();
    if (keepsFiles) return;
    await this.disk?.unmount();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Starts a program with a worker of its own, among the workers. @param folder for what all stages share */
  async startProgram(folder) {
    const address = this.serverLine?.address ?? (await readServerRecord(this.home))?.address;
    const command = [process.execPath, join(root, 'test/proof/nemesis/own/worker.mjs'), await bundled(folder)];
    const program = this.#actor('program', command, /the program serves/, { TEMPORAL_ADDRESS: address });
    this.workers.push(program);
    await program.start();
  }

  async #startServer() {
    if (!this.settings.isRemote) return;
    const port = await freePort();
    this.serverAddress = `127.0.0.1:${port}`;
    const directory = join(this.directory, 'server');
    await mkdir(directory);
    const args = serverArguments(directory, { port, uiPort: await freePort() });
    this.server = this.#actor('server', ['temporal', ...args], /Temporal (CLI|Server)/i, { LD_PRELOAD: '' });
    await this.server.start();
    this.serverLine = await LineProxy.open({ port });
    for (;;) {
      try {
        const client = await this.client();
        await client.workflowService.getSystemInfo({});
        return;
      } catch {
        await sleep(100);
      }
    }
  }

  async #startGateway() {
    if (!this.settings.usesGateway) return;
    const port = await freePort();
    const words = ['gateway', '--listen', `127.0.0.1:${port}`, '--ramp-from', '50'];
    this.gateway = this.#actor('gateway', [process.execPath, entry, ...words], /gateway listens/);
    await this.gateway.start();
    this.gatewayLine = await LineProxy.open({ port });
  }

  async #startWorker(at) {
    const words = ['worker', '--concurrency', '40', '--ramp-from', '40'];
    const worker = this.#actor(`worker-${at}`, [process.execPath, entry, ...words], / serves fanfold/);
    this.workers.push(worker);
    await worker.start();
  }

  #actor(name, command, ready, env = {}) {
    const { backMs } = this.settings;
    const log = join(this.directory, `${name}.log`);
    return new Actor({ name, command, ready, cwd: this.directory, env: { ...this.env, ...env }, log, backMs });
  }
}

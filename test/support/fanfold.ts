import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { startOfflineModel } from '@fanfold/offline-model';
import type { CallRecord, OfflineModel, OfflineModelOptions } from '@fanfold/offline-model';
import { gatewaysIn } from '../../src/server/gateway-place.js';
import { isAlive } from '../../src/server/process-identity.js';
import { readServerRecord } from '../../src/server/server-record.js';
import type { ServerRecord } from '../../src/server/server-record.js';
import { endServer } from '../../src/server/end-server.js';
import { clusterAddress, freshNamespace } from './cluster.js';
import { InProcess } from './in-process.js';
import type { CommandOptions, Ended } from './ended.js';
import { patienceMs } from './patience.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = join(root, 'dist/cli/fanfold.js');

/** A key that nobody may ever find anywhere. */
export const canaryKey = 'sk-ant-canary-7f3e91c2b8';

/** Temporal's runtime is one for a process. */
const longLived: ReadonlySet<string> = new Set(['worker', 'dev']);

/** A command that has been started and may still run. */
export class Running {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(readonly process: ChildProcess) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(process, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Waits until standard error or output has said it. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const found = pattern.exec(this.stderr) ?? pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(`The command ended without saying ${pattern}:\n${this.stdout}${this.stderr}`);
      }
      if (Date.now() >= until) throw new Error(`Expected ${pattern} to be said, got:\n${this.stdout}${this.stderr}`);
      await sleep(20);
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** A home and a model of one's own, and the built command in them. */
export class Desk {
  readonly #running: Running[] = [];

  private constructor(
    readonly directory: string,
    readonly model: OfflineModel,
    /** On the cluster that the tests run against, if there is one. */
    readonly namespace: string | undefined,
    readonly ofHome: 'gateway' | 'none',
  ) {}

  /** @param ofHome whether workers at the home's own server ask through its gateway, as they do by default: a process more for each desk */
  static async open(
    options: OfflineModelOptions = { latencyMs: 0 },
    ofHome: 'gateway' | 'none' = 'none',
  ): Promise<Desk> {
    const directory = await mkdtemp(join(tmpdir(), 'fanfold-desk-'));
    const namespace = clusterAddress === undefined ? undefined : await freshNamespace(clusterAddress);
    return new Desk(directory, patient(await startOfflineModel(options)), namespace, ofHome);
  }

  get home(): string {
    return join(this.directory, 'home');
  }

  /** The environment of the commands: a key, the model as the API, and nothing of whoever runs the tests. */
  get env(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(TEMPORAL|FANFOLD|ANTHROPIC|VITEST)_|_PROXY$/i.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PATH: `${join(inject('temporalPath'), '..')}:${process.env['PATH']}`,
      FANFOLD_HOME: this.home,
      FANFOLD_IDLE: '0',
      ...(this.namespace !== undefined && { TEMPORAL_ADDRESS: clusterAddress, TEMPORAL_NAMESPACE: this.namespace }),
      ANTHROPIC_API_KEY: canaryKey,
      ANTHROPIC_BASE_URL: this.model.url,
      ...(this.ofHome === 'none' && { FANFOLD_GATEWAY: 'off' }),
    };
  }

  start(words: readonly string[], { env = {}, stdin }: CommandOptions = {}): Running {
    const child = spawn(process.execPath, [entry, ...words], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
    const running = new Running(child);
    this.#running.push(running);
    return running;
  }

  /** Starts a worker that stays, so that no command has to start a server and a worker of its own. */
  async serve(options?: CommandOptions & { flags?: readonly string[] }): Promise<void> {
    await this.start(['worker', ...(options?.flags ?? [])], options).said(/ serves /);
  }

  /** Runs a command to its end: in this process, but for those that have a runtime of Temporal's. What it starts has processes of its own. */
  fanfold(words: readonly string[], options?: CommandOptions): Promise<Ended> {
    return longLived.has(words[0] ?? '') ? this.start(words, options).ended : this.inProcess(words, options);
  }

  /** The same, whatever the command. */
  inProcess(words: readonly string[], options?: CommandOptions): Promise<Ended> {
    return this.begin(words, options).ended;
  }

  /** Begins a command that is not to be killed, in this process. */
  begin(words: readonly string[], { env = {}, stdin, terminal = false }: CommandOptions = {}): InProcess {
    const given = { root, cwd: this.directory, env: { ...this.env, ...env }, terminal };
    return new InProcess(words, { ...given, ...(stdin !== undefined && { stdin }) });
  }

  /** Runs a command with `--json` and reads what it prints. */
  async json<Printed = Run>(words: readonly string[], options?: CommandOptions): Promise<Printed> {
    const { stdout, stderr } = await this.fanfold([...words, '--json'], options);
    try {
      return JSON.parse(stdout) as Printed;
    } catch {
      throw new Error(`Expected JSON, got:\n${stdout}\n${stderr}`);
    }
  }

  /** Waits until `show` says so of a run. */
  async shows(id: string, holds: (run: Run) => boolean, options?: CommandOptions): Promise<void> {
    while (!holds(await this.json(['show', id], options))) await sleep(100);
  }

  async serverRecord(): Promise<ServerRecord> {
    const record = await readServerRecord(this.home);
    if (record === undefined) throw new Error('No server was started in this home.');
    return record;
  }

  /** Of the frontend that its commands use. */
  async serverAddress(): Promise<string> {
    return clusterAddress ?? (await this.serverRecord()).address;
  }

  /** Process ids of those that are in the home, by role. */
  async present(role: 'command' | 'worker' | 'dev'): Promise<number[]> {
    const directory = join(this.home, 'presence');
    const names = await readdir(directory).catch(() => []);
    const present = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => JSON.parse(await readFile(join(directory, name), 'utf8').catch(() => 'null'))),
    );
    const alive = await Promise.all(present.map(async (member) => member !== null && (await isAlive(member))));
    return present.filter((member, index) => alive[index] && member.role === role).map(({ pid }) => pid as number);
  }

  /** Waits until nobody is in the home and its server has been stopped. */
  async deserted(): Promise<void> {
    for (const role of ['command', 'worker', 'dev'] as const) {
      while ((await this.present(role)).length > 0) await sleep(50);
    }
    while ((await readServerRecord(this.home)) !== undefined) await sleep(50);
  }

  /** Ends everything that was started here and removes it. */
  async close(): Promise<void> {
    for (const running of this.#running) if (running.process.exitCode === null) running.process.kill('SIGKILL');
    for (const role of ['command', 'worker', 'dev'] as const) {
      // A command in this process may have outlasted its test.
      for (const pid of await this.present(role)) if (pid !== process.pid) endProcess(pid);
    }
    for (const { process: gateway } of await gatewaysIn(this.home, '/'))
      if (await isAlive(gateway)) endProcess(gateway.pid);
    const record = await readServerRecord(this.home);
    if (record !== undefined) await endServer(this.home, record);
    await this.model.stop();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The model, whose waits last as long as a test may: on a busy machine a server and a worker take half a minute to start. */
function patient(model: OfflineModel): OfflineModel {
  const { until, received } = model;
  const timeoutMs = patienceMs;
  return Object.assign(model, {
    until: ((holds, patience) => until(holds, { timeoutMs, ...patience })) satisfies OfflineModel['until'],
    received: ((count, match, patience) =>
      received(count, match, { timeoutMs, ...patience })) satisfies OfflineModel['received'],
  });
}

/** Kills a process, unless it has ended by itself since it was seen. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The calls that the model received for each perspective that was made up by name. */
export function callsByPerspective({ model }: Desk): Map<string, number> {
  return model.countBy(perspectiveOf);
}

/** The made-up perspective that a call is about. */
export function perspectiveOf({ prompt }: Pick<CallRecord, 'prompt'>): string {
  return /perspective: ([\w-]+)/.exec(prompt)?.[1] ?? prompt;
}

/** Names for so many made-up perspectives. */
export function manyPerspectives(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `view-${String(index + 1).padStart(2, '0')}`);
}

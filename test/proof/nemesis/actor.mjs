import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that has its place: when it is gone it is started again, as a supervisor does it. */
export class Actor {
  #settings;
  #child;
  #isWanted = true;
  #output = '';
  #isReady = false;
  #log;
  #over;
  /** When it was not there, in milliseconds since the epoch. */
  absences = [];

  /** @param {{ name: string, command: string[], env: object, cwd: string, ready: RegExp, log: string, backMs: () => number }} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#log = createWriteStream(settings.log, { flags: 'a' });
  }

  get name() {
    return this.#settings.name;
  }

  get pid() {
    return this.#child?.pid;
  }

  get isUp() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get isReady() {
    // Once said, it may be far back.
    this.#isReady ||= this.#settings.ready.test(this.#output);
    return this.isUp && this.#isReady;
  }

  /** Starts it, and waits until it serves. */
  async start() {
    this.#over = this.#keepUp();
    await this.ready();
  }

  async ready(patienceMs = 90_000) {
    const sinceMs = Date.now();
    while (this.#isWanted && !this.isReady) {
      if (Date.now() - sinceMs > patienceMs) throw new Error(`${this.name} does not come up:\n${this.#output}`);
      await sleep(20);
    }
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    if (this.isUp) this.#child.kill(name);
  }

  /**
   * Ends it for good.
   *
   * @param {NodeJS.Signals} signal
   * @returns whether it ended by itself
   */
  async end(signal = 'SIGTERM', patienceMs = 30_000) {
    this.#isWanted = false;
    this.signal('SIGCONT');
    this.signal(signal);
    const isGone = await Promise.race([this.#over?.then(() => true), sleep(patienceMs, false, { ref: false })]);
    if (isGone === false) {
      this.signal('SIGKILL');
      await this.#over;
    }
    this.#log.end();
    return isGone !== false;
  }

  async #keepUp() {
    while (this.#isWanted) {
      const ended = await this.#runOnce();
      if (!this.#isWanted) return;
      this.#log.write(`\n[${new Date().toISOString()} ${this.name} ${this.pid} ended: ${ended}]\n`);
      const absence = { fromMs: Date.now(), toMs: Infinity };
      this.absences.push(absence);
      await sleep(this.#settings.backMs());
      this.#isReady = false;
      this.#output = '';
      void this.ready().then(() => (absence.toMs = Date.now()));
    }
  }

  async #runOnce() {
    const { command, env, cwd } = this.#settings;
    const [file, ...words] = command;
    this.#output = '';
    const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-20_000);
        this.#isReady ||= this.#settings.ready.test(this.#output);
        this.#log.write(text);
      });
    }
    const [code, signal] = await once(child, 'exit');
    return code ?? signal;
  }
}

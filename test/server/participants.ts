import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { env } from './homes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const running: ChildProcess[] = [];
let compiled = '';

/** Compiles the participant: Node 20 runs no TypeScript, and these tests are about real processes. */
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'fanfold-participant-'));
  const compilerOptions = { types: ['node'], composite: false, noCheck: true, rootDir: root, outDir: compiled };
  const files = [join(root, 'test/server/participant.ts')];
  await writeFile(
    join(compiled, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files }),
  );
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(compiled, 'node_modules'));
  await promisify(execFile)(process.execPath, [resolve(root, 'node_modules/typescript/bin/tsc'), '-p', compiled]);
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rm(compiled, { recursive: true, force: true }));

/** Another fanfold process that uses the server of a home. */
export class Participant {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  /** Once it uses a server: the server's address. */
  readonly address: Promise<string>;

  constructor(home: string) {
    this.#child = spawn(process.execPath, [join(compiled, 'test/server/participant.js'), home], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A process group of its own, as a shell gives it.
      detached: true,
      env,
    });
    running.push(this.#child);
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.address = this.#said('address');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The next event that it tells. */
  event(): Promise<string> {
    return this.#said('event');
  }

  async leave(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }

  /** As `kill -9` does. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** As Ctrl-C in its terminal does. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  async #said(what: string): Promise<string> {
    for (;;) {
      const [line] = (await once(this.#lines, 'line')) as [string];
      const message = JSON.parse(line) as Record<string, string>;
      if (message[what] !== undefined) return message[what];
    }
  }
}

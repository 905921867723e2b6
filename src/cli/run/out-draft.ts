import { resolve } from 'node:path';

import { moveOver } from '../../disk/index.js';
import { fileNameOf } from '../read/file-name.js';
import type { World } from '../world.js';
import { OutFile } from './out-file.js';
import { lockOut } from './out-lock.js';

/** The file of `--out`, which stays as it is until all rows of the new one are there. No other command writes it meanwhile. */
export class OutDraft {
  private constructor(
    readonly file: OutFile,
    readonly draft: string,
    readonly path: string,
    readonly total: number,
    readonly unlock: () => Promise<void>,
  ) {}

  /** @throws InputError where the file has rows of other documents, or cannot be written */
  static async open(name: string, workflowId: string, keys: readonly string[], world: World): Promise<OutDraft> {
    const path = resolve(world.cwd, name);
    const unlock = await lockOut(path, name);
    try {
      await OutFile.check(name, keysOf(keys), world);
      const draft = `${name}.${fileNameOf(workflowId)}.part`;
      const file = await OutFile.open(draft, keysOf(keys), world);
      return new OutDraft(file, resolve(world.cwd, draft), path, keys.length, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.file.close();
      if (this.file.rows === this.total) await moveOver(this.draft, this.path);
    } finally {
      await this.unlock();
    }
  }
}

async function* keysOf(keys: readonly string[]): AsyncIterable<string> {
  yield* keys;
}

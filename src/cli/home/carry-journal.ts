import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { replaceBy } from '../../disk/index.js';
import type { JournalTransfer } from '../../journal/index.js';
import { placedLines } from '../read/placed-lines.js';
import { inflated, unreadable } from '../read/row-bytes.js';
import { exactly, json as asJson, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { openTransferOf } from './journal-of.js';
import { homeOf, sayer } from './session.js';

export interface ExportFlags {
  out?: string;
  clear?: boolean;
}

/** What journals keep answers for by default: see their limits. */
const keptForMs = 90 * 86_400_000;

/** Writes the journal's answers as JSON Lines. A file with its final name is whole. */
export async function exportJournal({ out, clear = false }: ExportFlags, world: World): Promise<ExitCode> {
  const path = out === undefined ? undefined : await newFile(out, world);
  return withTransfer(world, async (transfer) => {
    let count = 0;
    const texts = async function* () {
      for await (const text of transfer.lines({ clear })) {
        count += 1;
        yield `${world.secrets?.text(text) ?? text}\n`;
      }
    };
    if (path === undefined) await toStandardOutput(texts(), world);
    else await toFile(texts(), path);
    sayer(world, false)(`exported ${count.toLocaleString('en')} answers${out === undefined ? '' : ` to ${out}`}.`);
    return exitCodes.complete;
  });
}

/** Takes answers in from JSON Lines. */
export async function importJournal(name: string, flags: { json?: boolean }, world: World): Promise<ExitCode> {
  const title = name === '-' ? 'standard input' : name;
  const lines = placedLines(bytesOf(name, title, world), title);
  return withTransfer(world, async (transfer) => {
    const imported = await transfer.take(lines).catch((error: unknown) => {
      throw error instanceof InputError
        ? new InputError(
            error.message,
            [error.advice, 'The answers of the lines before it were taken; the import can be repeated.']
              .filter(Boolean)
              .join(' '),
          )
        : error;
    });
    const { kept, known, oldestAtMs } = imported;
    world.stdout.write(
      flags.json
        ? asJson({ kept, known }, 2)
        : line`Took ${kept.toLocaleString('en')} answers; ${known.toLocaleString('en')} were there already.\n`,
    );
    if (oldestAtMs !== null && oldestAtMs < Date.now() - keptForMs)
      sayer(world, false)('some of them came more than 90 days ago: a worker removes them when it tidies the journal.');
    return exitCodes.complete;
  });
}

async function withTransfer(world: World, work: (transfer: JournalTransfer) => Promise<ExitCode>): Promise<ExitCode> {
  const transfer = await openTransferOf(homeOf(world), world, sayer(world, false));
  try {
    return await work(transfer);
  } finally {
    await transfer.close();
  }
}

async function newFile(name: string, world: World): Promise<string> {
  const path = resolve(world.cwd, name);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return path;
  throw new InputError(`Expected \`out\` to be a new file, got \`${name}\`, which is there.`, 'Choose another --out.');
}

async function toFile(texts: AsyncGenerator<string>, path: string): Promise<void> {
  const write = (draft: string) => {
    const file = createWriteStream(draft);
    return path.endsWith('.gz')
      ? pipeline(Readable.from(texts), createGzip(), file)
      : pipeline(Readable.from(texts), file);
  };
  try {
    // Answers are their owner's alone, as the journal is.
    await replaceBy(path, write, { mode: 0o600, sync: true, isChosen: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'EACCES', 'EROFS', 'EISDIR', 'ENOTDIR'].includes(code ?? '')) throw error;
    throw new InputError(`Expected \`out\` to be a file that can be written, got: ${(error as Error).message}`);
  }
}

async function toStandardOutput(texts: AsyncGenerator<string>, { stdout }: World): Promise<void> {
  const stream = stdout.stream as NodeJS.WriteStream;
  for await (const text of texts) {
    stdout.write(exactly(text, stdout));
    // A slow reader is waited for: a journal is larger than memory.
    if (stream.writableNeedDrain) await once(stream, 'drain');
  }
}

/** The bytes of the file or of standard input, inflated. What is wrong with them is said with their name. */
async function* bytesOf(name: string, title: string, world: World): AsyncGenerator<Buffer> {
  if (name === '-' && world.stdin.isTTY)
    throw new InputError(
      'Expected exported answers on standard input, got a terminal.',
      'Pipe them in, or name a file.',
    );
  try {
    yield* inflated(chunksOf(name, world));
  } catch (error) {
    throw unreadable(error, title);
  }
}

async function* chunksOf(name: string, world: World): AsyncGenerator<Buffer> {
  const stream = name === '-' ? world.stdin : createReadStream(resolve(world.cwd, name));
  for await (const chunk of stream) yield Buffer.from(chunk as Buffer);
}

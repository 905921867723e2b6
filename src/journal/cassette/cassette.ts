import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { FanfoldError } from '../../contract/errors.js';
import { beginningOf } from '../../contract/cut-text.js';
import { replaceFile } from '../../disk/index.js';
import type { Question } from '../question-key.js';
import { differences, nearness, partsOf } from './difference.js';
import type { QuestionParts } from './difference.js';
import { readRecording, recordingKey, shownQuestion, writeRecording } from './recording.js';
import type { RecordedMessage, Recording } from './recording.js';

/** Where a cassette is, and whether it takes in what it lacks. */
export interface CassetteSettings {
  /** Absolute path of the folder; made when something is recorded. */
  directory: string;
  /** Whether what the folder lacks is asked and recorded, where somebody can be asked; `true` by default. */
  record?: boolean | undefined;
}

/** A question, and the branch that asks it. */
export interface CassetteQuestion extends Question {
  branch: string;
  /** Oldest answer that will do, in milliseconds since the epoch (`--fresh`: the beginning of the run). */
  notBeforeMs?: number | undefined;
}

/** Characters of a file's name that come of the key, and most of those that come of the branch. */
const keyDigits = 16;
const longestSlug = 40;

/** Most recordings that are looked at for the one that is nearest to a question. */
const mostCompared = 300;

/**
 * A folder of recorded model calls, a file for each, which are played back to the same questions.
 *
 * Cassette-1. A recording is found by what is asked: model, prompt, document, tools, schema, and whether offline. Where it was asked does
 *     not count, so that it is found where there is no key.
 * Cassette-2. A file with its final name is whole. A question has one file, whoever asks it.
 * Cassette-3. What is played back is what came, answers that are not ok included.
 */
export class Cassette {
  readonly directory: string;
  readonly records: boolean;
  /** Names of the files by the beginning of their keys, as the folder was when it had changed last. */
  #names = new Map<string, string>();
  #listedAtMs = -1;
  /** The parts of recorded questions, once they were read. */
  readonly #parts = new Map<string, QuestionParts>();

  constructor({ directory, record = true }: CassetteSettings) {
    this.directory = directory;
    this.records = record;
  }

  /**
   * The recording of a question.
   *
   * @throws FanfoldError `CassetteMiss` where its file cannot be read
   */
  async find(question: CassetteQuestion): Promise<Recording | undefined> {
    const key = recordingKey(question);
    const name = await this.#nameOf(key);
    if (name === undefined) return undefined;
    const found = await this.#read(name);
    const { notBeforeMs = -Infinity } = question;
    return found?.key === key && found.answeredAtMs >= notBeforeMs ? found : undefined;
  }

  /** Records an answer; it is on the disk when this returns. */
  async keep(
    question: CassetteQuestion,
    message: RecordedMessage,
    { costUsd, answeredAtMs, clean }: { costUsd: number | null; answeredAtMs: number; clean: Clean },
  ): Promise<void> {
    const { branch } = question;
    const key = recordingKey(question);
    const recording = clean({ key, branch, question: shownQuestion(question), message, costUsd, answeredAtMs });
    const name = (await this.#nameOf(key)) ?? `${slugOf(branch)}-${key.slice(0, keyDigits)}.yaml`;
    await mkdir(this.directory, { recursive: true });
    await replaceFile(join(this.directory, name), writeRecording(recording), { sync: true, isChosen: true });
    this.#names.set(key.slice(0, keyDigits), name);
    this.#parts.delete(name);
  }

  /** The failure of a question that has no recording, and may not be asked. It says what differs from the nearest that has one. */
  async miss(question: CassetteQuestion): Promise<FanfoldError> {
    const { branch } = question;
    const asked = partsOf(shownQuestion(question));
    const missing = `Nothing is recorded of what \`${branch}\` asks`;
    const nearest = await this.#nearest(slugOf(branch), asked);
    if (nearest === undefined) return missed(`${missing}, nor anything else, in ${this.directory}.`);
    const differs = differences(nearest.parts, asked);
    const { name } = nearest;
    return missed(
      differs.length === 0
        ? `${missing} that is new enough for \`--fresh\`: ${name} is older (cassette ${this.directory}).`
        : `${missing}. ${name} differs in ${differs.join('; ')} (cassette ${this.directory}).`,
    );
  }

  async #nearest(slug: string, asked: QuestionParts): Promise<{ name: string; parts: QuestionParts } | undefined> {
    await this.#list();
    const names = [...this.#names.values()].toSorted();
    const ofBranch = names.filter((name) => name.slice(0, -`-.yaml`.length - keyDigits) === slug);
    let nearest: { name: string; parts: QuestionParts; share: number } | undefined;
    for (const name of (ofBranch.length > 0 ? ofBranch : names).slice(0, mostCompared)) {
      const parts = await this.#partsOf(name).catch(() => undefined);
      if (parts === undefined) continue;
      const share = nearness(asked, parts);
      if (nearest === undefined || share > nearest.share) nearest = { name, parts, share };
    }
    return nearest;
  }

  async #partsOf(name: string): Promise<QuestionParts | undefined> {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const found = await this.#read(name);
    const parts = found && partsOf(found.question);
    if (parts !== undefined) this.#parts.set(name, parts);
    return parts;
  }

  async #nameOf(key: string): Promise<string | undefined> {
    const start = key.slice(0, keyDigits);
    if (!this.#names.has(start)) await this.#list();
    return this.#names.get(start);
  }

  /** Looks into the folder where it has changed since the last look. */
  async #list(): Promise<void> {
    const changedAtMs = (await stat(this.directory).catch(() => undefined))?.mtimeMs;
    if (changedAtMs === undefined || changedAtMs === this.#listedAtMs) return;
    const names = (await readdir(this.directory)).filter((name) => !name.startsWith('.') && /\.ya?ml$/.test(name));
    const named = names.flatMap((name): [string, string][] => {
      const start = /-([0-9a-f]{16})\.yaml$/.exec(name)?.[1];
      return start === undefined ? [] : [[start, name]];
    });
    const known = new Set(named.map(([, name]) => name));
    const renamed = names.filter((name) => !known.has(name));
    this.#names = new Map([...(await this.#keysOf(renamed)), ...named]);
    this.#listedAtMs = changedAtMs;
  }

  /** The keys of files that somebody has given other names: they are told by what is in them (Cassette-1). */
  async #keysOf(names: readonly string[]): Promise<[string, string][]> {
    const found: [string, string][] = [];
    for (const name of names) {
      const start = (await keyInside(join(this.directory, name)))?.slice(0, keyDigits);
      if (start !== undefined) found.push([start, name]);
    }
    return found;
  }

  async #read(name: string): Promise<Recording | undefined> {
    const path = join(this.directory, name);
    try {
      return readRecording(await readFile(path, 'utf8'));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      const [why = ''] = message.split('\n');
      throw new FanfoldError(
        'CassetteMiss',
        `The recording ${path} cannot be read: ${why}.`,
        'Remove it, and record it anew.',
      );
    }
  }
}

/** Bytes of a file in which its key stands: behind the branch's name. */
const headBytes = 8_192;

/** The key in a recording's file, read from its beginning alone; `undefined` in what is none. */
async function keyInside(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return /^\s*"?key"?: "?([0-9a-f]{64})"?,?$/m.exec(buffer.subarray(0, bytesRead).toString())?.[1];
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Takes secrets out of a recording. */
export type Clean = (recording: Recording) => Recording;

function missed(message: string): FanfoldError {
  return new FanfoldError(
    'CassetteMiss',
    message,
    'Run the same once with a key, or offline, and without `--no-record`: what is missing is recorded.',
  );
}

/** A branch's key as a part of a file's name, on any system. */
function slugOf(branch: string): string {
  const words =
    branch
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return beginningOf(words.join('-'), longestSlug) || 'call';
}

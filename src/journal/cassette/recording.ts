import { isDeepStrictEqual } from 'node:util';

import { parse, stringify } from 'yaml';

import type { Usage } from '../../contract/run.js';
import { beginningOf } from '../../contract/cut-text.js';
import { questionKey } from '../question-key.js';
import type { Question } from '../question-key.js';
import { withoutTransport } from '../without-transport.js';

/** A message of a model, proper or not, as far as it is needed. */
export interface RecordedMessage {
  text: string;
  content?: readonly unknown[];
  stopReason: string;
  refusal: string | undefined;
  model: string;
  usage: Usage;
}

/** A recorded call. */
export interface Recording {
  /** Of the question; the address of the API is no part of it. */
  key: string;
  /** The branch that asked first. */
  branch: string;
  /** For people, and to say what differs: files are named by their digest alone. */
  question: Record<string, unknown>;
  message: RecordedMessage;
  costUsd: number | null;
  /** Milliseconds since the epoch. */
  answeredAtMs: number;
}

const version = 1;
const heading = '# A model call that fanfold has recorded, and plays back: see docs/cassettes.md.\n';

/** Bytes of a file in a question, in base64, from so many characters on, are named by their number alone. */
const longestData = 200;

/** The key of a question in a cassette: whoever answered it, at whatever address. */
export function recordingKey({ source, body, sample }: Question): string {
  return questionKey({ source: sourceOf(source), body, ...(sample !== undefined && { sample }) });
}

/** What of a question is written down: all but the bytes of files. */
export function shownQuestion({ source, body, sample }: Question): Record<string, unknown> {
  const { model, ...rest } = withoutTransport(body) as Record<string, unknown>;
  return {
    ...(sourceOf(source) === 'offline' && { offline: true }),
    ...(sample !== undefined && { sample }),
    model,
    ...(withoutBytes(rest) as object),
  };
}

function sourceOf(source: string): 'api' | 'offline' {
  return source === 'offline' ? 'offline' : 'api';
}

function withoutBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === 'data' && typeof part === 'string' && part.length > longestData
        ? `(${part.length} characters of base64)`
        : withoutBytes(part),
    ]),
  );
}

/** The text of a recording's file: YAML, whose lines of a text are lines of the file, so that changes are seen in git. */
export function writeRecording({ key, branch, question, message, costUsd, answeredAtMs }: Recording): string {
  const { text, content, stopReason, refusal, model, usage } = message;
  const fields = {
    version,
    branch,
    key,
    question,
    answer: {
      model,
      stopReason,
      ...(refusal !== undefined && { refusal }),
      text,
      ...(content !== undefined && { content }),
      usage: { ...usage },
      costUsd,
      answeredAt: new Date(answeredAtMs).toISOString(),
    },
  };
  const yaml = stringify(fields, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false });
  // A text that YAML would give back otherwise, such as one with half of a surrogate pair, is written as JSON.
  return heading + (isDeepStrictEqual(parsed(yaml), fields) ? yaml : `${JSON.stringify(fields, null, 2)}\n`);
}

function parsed(yaml: string): unknown {
  try {
    return parse(yaml, { maxAliasCount: 0 }) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads a recording's file.
 *
 * @throws Error that says what is wrong with it
 */
export function readRecording(yaml: string): Recording {
  const file = fieldsOf(parse(yaml, { maxAliasCount: 0 }), 'a recording');
  if (file['version'] !== version) throw expected(`\`version\` to be ${version}`, file['version']);
  const answer = fieldsOf(file['answer'], '`answer`');
  const usage = fieldsOf(answer['usage'], '`usage`');
  const count = (name: keyof Usage) => numberOf(usage[name], name);
  const { refusal, content, costUsd } = answer;
  if (content !== undefined && !Array.isArray(content)) throw expected('`content` to be a list', content);
  return {
    key: textOf(file['key'], 'key'),
    branch: textOf(file['branch'], 'branch'),
    question: fieldsOf(file['question'], '`question`'),
    message: {
      text: textOf(answer['text'], 'text'),
      ...(content !== undefined && { content }),
      stopReason: textOf(answer['stopReason'], 'stopReason'),
      refusal: refusal === undefined ? undefined : textOf(refusal, 'refusal'),
      model: textOf(answer['model'], 'model'),
      usage: {
        inputTokens: count('inputTokens'),
        outputTokens: count('outputTokens'),
        cacheReadTokens: count('cacheReadTokens'),
        cacheWriteTokens: count('cacheWriteTokens'),
        ...(usage['hourCacheWriteTokens'] !== undefined && { hourCacheWriteTokens: count('hourCacheWriteTokens') }),
        ...(usage['webSearches'] !== undefined && { webSearches: count('webSearches') }),
      },
    },
    costUsd: costUsd === null ? null : numberOf(costUsd, 'costUsd'),
    answeredAtMs: numberOf(Date.parse(textOf(answer['answeredAt'], 'answeredAt')), 'answeredAt'),
  };
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw expected(`${what} to have fields`, value);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw expected(`\`${name}\` to be a text`, value);
}

function numberOf(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw expected(`\`${name}\` to be a number, 0 or more`, value);
}

function expected(what: string, got: unknown): Error {
  return new Error(`Expected ${what}, got ${got === undefined ? 'nothing' : beginningOf(JSON.stringify(got), 60)}`);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';

import { judge } from '../../../activities/ask/verdict.js';
import { failureTypes } from '../../../src/contract/failures.js';
import type { ModelCall } from '../../../src/contract/model-call.js';
import { noLedger } from '../../../src/contract/outcome.js';
import { isFree } from '../../../src/model/call/charges.js';
import { classify } from '../../../src/model/call/error-table.js';
import { MalformedAnswer } from '../../../src/model/call/malformed-answer.js';
import { outcomeOfFailure } from '../../../src/model/limiter/outcome-of-failure.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

/** The cells of the table whose head begins with the word. */
function tableOf(word: string): string[][] {
  const [, rows = ''] = new RegExp(`^\\| ${word} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const plain = (cell: string) => cell.replaceAll('`', '');
const told = new Set(tableOf('answer').map(([answer = '']) => /^`(\d+)`$/.exec(answer)?.[1]));

/** The errors that a cell of the first column stands for. */
function errorsOf(answer: string): unknown[] {
  const [, status, kind, amazon, code, message] =
    /^`(\d+)`(?: type `(\w+)`)?(?: Amazon's `(\w+)`)?(?: `(\w+)`)?(?: "(.*)")?$/.exec(answer) ?? [];
  if (status !== undefined) return [apiError(Number(status), { kind, amazon, code, message })];
  const [, from, to] = /^another of (\d+) to (\d+)$/.exec(answer) ?? [];
  if (from !== undefined) {
    const all = Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at);
    return all.filter((each) => !told.has(String(each))).map((each) => apiError(each));
  }
  const [, event] = /^(?:event `(\w+)`|another event `error`)$/.exec(answer) ?? [undefined, undefined];
  if (answer.includes('event')) {
    const body = { type: 'error', error: { type: event ?? 'nobody_knows_error', message: 'no' } };
    return [new APIError(undefined, body, undefined, undefined)];
  }
  if (answer.startsWith('no credentials')) {
    const cause = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    return [new APIConnectionError({ cause })];
  }
  if (answer.startsWith('no connection'))
    return [new APIConnectionError({ message: 'no' }), new TypeError('terminated')];
  if (answer === '200 that is no message')
    return [new MalformedAnswer('<html>', undefined), new SyntaxError('no JSON')];
  throw new Error(`no error is known for: ${answer}`);
}

interface Told {
  kind?: string | undefined;
  amazon?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
}

function apiError(status: number, { kind = 'error', amazon, code, message = 'no' }: Told = {}): APIError {
  const error = { type: kind, message, ...(code !== undefined && { details: { error_code: code } }) };
  const headers = new Headers(amazon === undefined ? {} : { 'x-amzn-errortype': amazon });
  return APIError.generate(status, { type: 'error', error }, undefined, headers);
}

/** What becomes of a branch after the first and the second try that ended like this, in the words of the page. */
function askedAgain(error: unknown): string {
  const after = (attempts: number) =>
    judge(
      error,
      { attempts: 10, timeoutMs: 600_000 } as ModelCall,
      { ...noLedger, attempts, startedAtMs: 0 },
      0,
      () => 0,
    );
  const [first, second] = [after(1), after(2)];
  if (first.retryInMs === undefined) return 'no';
  if (first.ledger.attempts === 0) return 'when it may, using up no try';
  return second.retryInMs === undefined ? 'once' : 'yes';
}

const limiterSays = {
  throttled: 'closes the gate as asked, or cuts the cap',
  overloaded: 'cuts the cap',
  'spend-limit': 'shuts the gate',
  'key-refused': 'shuts the gate',
  failed: '–',
  answered: '',
};

describe('docs/errors.md', () => {
  it('has a row for each status of the API’s own', () => {
    expect(told).toEqual(new Set([...told, ...'400 401 402 403 404 413 429 504 529'.split(' ')]));
  });

  it.each(tableOf('answer'))('says of %s what the code does', (answer, failure, again, charged, limiter) => {
    for (const error of errorsOf(answer!)) {
      expect(classify(error)).toBe(plain(failure!));
      expect(askedAgain(error)).toBe(again);
      expect(limiterSays[outcomeOfFailure(error, 0).is]).toBe(limiter);
      // A message that cannot be read tells what it was charged for, if anything does.
      if (charged !== 'what it says') expect(isFree(error) ? 'no' : 'perhaps').toBe(charged);
    }
  });

  it('names every failure, and whether it may be tried again', () => {
    const named = tableOf('failure').map(([failure, again]) => [plain(failure!), again === 'yes' ? 'retry' : 'final']);
    expect(Object.fromEntries(named)).toEqual(failureTypes);
  });
});

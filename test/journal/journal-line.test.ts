import { describe, expect, it } from 'vitest';

import { readLine, writeLine } from '../../src/journal/transfer/journal-line.js';
import { keyOf } from './entries.js';

const key = keyOf('a');
const usage = { inputTokens: 1, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const entry = { answer: 'a', usage, model: 'm', costUsd: 0.5, answeredAtMs: 1_700_000_000_000 };
const dayMs = 86_400_000;

const textOf = (changed: object = {}, other: object = {}) =>
  JSON.stringify({ version: 1, key, entry: { ...entry, ...changed }, ...other });
const sealedAs = (sealed: unknown, other: object = {}) => JSON.stringify({ version: 1, key, sealed, ...other });

describe('a line of a journal that is carried elsewhere', () => {
  it.each([
    ['in clear', { key, entry }],
    ['sealed', { key, sealed: Buffer.from([0, 255, 7]) }],
  ])('is read as it was written, %s', (_, line) => {
    expect(readLine(writeLine(line), 'a:1')).toEqual(line);
    expect(writeLine(readLine(writeLine(line), 'a:1'))).toBe(writeLine(line));
  });

  it.each([
    [{ answer: { calls: [] } }],
    [{ answer: { text: 't', content: [] } }],
    [{ costUsd: null }],
    [{ costUsd: 0 }],
    [{ askedBy: 'run/7' }],
    [{ answeredAtMs: 0 }],
    [{ usage: { ...usage, hourCacheWriteTokens: 5, webSearches: 0 } }],
  ])('may have %j', (changed) => {
    expect(readLine(textOf(changed), 'a:1')).toEqual({ key, entry: { ...entry, ...changed } });
  });

  it.each([
    ['none', /^a:1: Expected one JSON object a line, got "none" \(4 characters\)\.$/],
    ['x'.repeat(5_000), /got "x{20,70}…?" \(5000 characters\)\.$/],
    ['[]', /^a:1: Expected a JSON object, got \[\]\.$/],
    ['null', /^a:1: Expected a JSON object, got null\.$/],
    ['5', /^a:1: Expected a JSON object, got 5\.$/],
    [textOf({}, { version: 2 }), /Expected `version` to be 1, got 2\./],
    [textOf({}, { version: undefined }), /Expected `version` to be 1, got nothing\./],
    [textOf({}, { key: 5 }), /Expected `key` to be 64 hexadecimal digits, got 5\./],
    [textOf({}, { key: key.slice(1) }), /Expected `key` to be 64/],
    [textOf({}, { key: `${key}0` }), /Expected `key` to be 64/],
    [textOf({}, { key: `0${key}` }), /Expected `key` to be 64/],
    [textOf({}, { entri: 1 }), /no other names than version, key, entry, got "entri"\./],
    [textOf({}, { entry: undefined }), /`entry` to be a JSON object, got nothing\./],
    [textOf({ answers: 1 }), /no other names than answer, usage, model, costUsd, answeredAtMs, askedBy, got "answers"/],
    [textOf({ answer: 5 }), /`answer` to be a text or a JSON object, got 5/],
    [textOf({ answer: { content: 5, text: 't' } }), /`answer` to have `text`, and a list/],
    [textOf({ answer: { content: [] } }), /`answer` to have `text`, and a list/],
    [textOf({ usage: null }), /`usage` to be a JSON object, got null/],
    [textOf({ usage: { ...usage, tokens: 1 } }), /no other names than inputTokens, .+, webSearches, got "tokens"/],
    [textOf({ usage: { ...usage, inputTokens: -1 } }), /`inputTokens` to be a whole number, 0 or more, got -1/],
    [textOf({ usage: { ...usage, outputTokens: 0.5 } }), /`outputTokens` to be a whole number/],
    [
      textOf({ usage: { ...usage, cacheReadTokens: undefined } }),
      /`cacheReadTokens` to be a whole number.+ got nothing/,
    ],
    [textOf({ usage: { ...usage, webSearches: '1' } }), /`webSearches` to be a whole number/],
    [textOf({ model: '' }), /`model` to be the name of a model, got ""/],
    [textOf({ model: 5 }), /`model` to be the name of a model, got 5/],
    [textOf({ costUsd: 'free' }), /`costUsd` to be US dollars or null, got "free"/],
    [textOf({ costUsd: -1 }), /`costUsd` to be US dollars or null, got -1/],
    [textOf({ answeredAtMs: -1 }), /`answeredAtMs` to be milliseconds since 1970, and not in the future, got -1/],
    [textOf({ answeredAtMs: '5' }), /`answeredAtMs` to be milliseconds since 1970/],
    [textOf({ costUsd: 5 }).replace(':5,', ':1e999,'), /`costUsd` to be US dollars or null/],
    [textOf({}, { key: [key] }), /Expected `key` to be 64/],
    [textOf({ askedBy: 5 }), /`askedBy` to be a text, got 5/],
    [sealedAs('', {}), /`sealed` to be base64, got ""/],
    [sealedAs(5), /`sealed` to be base64, got 5/],
    [sealedAs('AQ=I'), /`sealed` to be base64/],
    [sealedAs('!AQI='), /`sealed` to be base64/],
    [sealedAs('AQI==='), /`sealed` to be base64/],
    [sealedAs('AQI=', { entry }), /no other names than version, key, sealed, got "entry"/],
  ])('is refused where it cannot be meant: %s', (text, message) => {
    expect(() => readLine(text, 'a:1')).toThrow(expect.objectContaining({ name: 'InputError' }));
    expect(() => readLine(text, 'a:1')).toThrow(message);
  });

  it('may be from a clock that is ahead by half a day, and not by two', () => {
    const ahead = (days: number) => textOf({ answeredAtMs: Date.now() + days * dayMs });
    expect(readLine(ahead(0.5), 'a:1')).toHaveProperty('entry');
    expect(() => readLine(ahead(2), 'a:1')).toThrow('not in the future');
  });
});

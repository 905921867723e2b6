import { describe, expect, it } from 'vitest';

import { secretsIn, secretsInUrl } from '../../src/secrets/from-environment.js';
import { Secrets } from '../../src/secrets/index.js';

const token = 'made-up-token-1';

describe('what leaves without secrets', () => {
  it.each([
    ['as it is', `Bearer ${token}, again ${token}`],
    ['in base64, with a user before it', `Basic ${Buffer.from(`me:${token}`).toString('base64')}`],
    ['in base64, with something behind it', Buffer.from(`${token}:x`).toString('base64url')],
  ])('holds none that stands there %s', (_, text) => {
    const left = new Secrets({ GITHUB_TOKEN: token }).text(text);
    expect(left).toContain('[redacted]');
    expect(left).not.toContain(token);
    expect(Buffer.from(left.replace(/^Basic /, ''), 'base64').toString()).not.toContain('up-tok');
  });

  it.each(['', 'x', 'xy'])('holds none in base64 between %j and more', (before) => {
    const text = Buffer.from(`${before}${token}xyz`).toString('base64');
    const left = new Secrets({ GITHUB_TOKEN: token }).text(text);
    // At most one character at either end depends on what is around the token.
    expect(left).toMatch(/^.{0,3}\[redacted\].{0,8}$/);
  });

  it('holds none that has half a surrogate pair', () => {
    const secrets = new Secrets();
    secrets.add('made-up-\ud83d-token');
    expect(secrets.text('got made-up-\ud83d-token')).toBe('got [redacted]');
  });

  it.each([
    ['percent-encoded', 'made/up token+1', 'at /x?key=made%2Fup%20token%2B1&y=1', 'at /x?key=[redacted]&y=1'],
    ['escaped for JSON', 'made"up\ntoken', 'got made\\"up\\ntoken.', 'got [redacted].'],
    ['escaped for HTML', 'made&up<token', '<b>made&amp;up&lt;token</b>', '<b>[redacted]</b>'],
    ['with a line break', 'made-up\ntoken', '"made-up\ntoken" is invalid', '"[redacted]" is invalid'],
  ])('holds none that stands there %s', (_, secret, text, left) => {
    const secrets = new Secrets();
    secrets.add(secret);
    expect(secrets.text(text)).toBe(left);
  });

  it.each(['ANTHROPIC_BASE_URL', 'FANFOLD_JOURNAL', 'HTTPS_PROXY'])(
    'holds neither the password of the address in %s, as written and as meant, nor a user that stands alone',
    (name) => {
      const password = 'made-up/p@ss word-1';
      const secrets = new Secrets({ [name]: `https://someone:${encodeURIComponent(password)}@api.example/v1` });
      for (const shown of [password, encodeURIComponent(password)]) {
        expect(secrets.text(`refused ${shown} of someone at api.example`)).toBe(
          'refused [redacted] of someone at api.example',
        );
      }
      expect(secrets.text(`Basic ${Buffer.from(`someone:${password}`).toString('base64')}`)).toBe('Basic [redacted]');
      expect(new Secrets({ [name]: `https://${token}@api.example/v1` }).text(`by ${token}`)).toBe('by [redacted]');
    },
  );

  it('holds no key that looks like one of Anthropic, whoever had it', () => {
    expect(new Secrets().text('a key such as sk-ant-of-others-1234.')).toBe('a key such as [redacted].');
  });

  it('keeps words and short values: they stand in ordinary text', () => {
    const secrets = new Secrets({
      GITHUB_TOKEN: 'short',
      SOME_PASSWORD: 'correctly',
      SSL_PRIVATE_KEY: '/etc/ssl/key-1.pem',
    });
    const text = 'A short text, correctly read from /etc/ssl/key-1.pem.';
    expect(secrets.text(text)).toBe(text);
  });

  it('is the same object where there was nothing to take out, and a new one where there was', () => {
    const secrets = new Secrets({ GITHUB_TOKEN: token });
    const clean = { title: 'a', parts: ['b', { c: 1 }], none: null };
    expect(secrets.value(clean)).toBe(clean);
    const dirty = { parts: ['b', { said: `it was ${token}` }], [token]: 1, sum: 2 };
    expect(secrets.value(dirty)).toEqual({ parts: ['b', { said: 'it was [redacted]' }], '[redacted]': 1, sum: 2 });
    expect(JSON.stringify(dirty)).toContain(token);
  });

  it('is JSON where it was JSON, though a secret looks like a number', () => {
    const secrets = new Secrets();
    secrets.add('12345678');
    const text = `${JSON.stringify({ bytes: 12_345_678, said: 'it was 12345678' }, null, 2)}\n`;
    expect(secrets.text(text)).toBe(`${JSON.stringify({ bytes: 12_345_678, said: 'it was [redacted]' }, null, 2)}\n`);
  });

  it('is an error without them in message, stack, details and causes', () => {
    const secrets = new Secrets({ GITHUB_TOKEN: token });
    const cause = new DOMException(`aborted by ${token}`, 'AbortError');
    const error = Object.assign(new Error(`refused ${token}`, { cause }), { details: [{ header: token }] });
    expect(secrets.error(error)).toBe(error);
    const { message, stack, details } = error;
    expect(JSON.stringify([message, stack, details, cause.message, cause.stack])).not.toContain(token);
    expect(message).toBe('refused [redacted]');
  });

  it('goes whole where one secret begins another', () => {
    const secrets = new Secrets();
    secrets.add(token, `${token}-and-more`);
    expect(secrets.text(`${token}-and-more`)).toBe('[redacted]');
  });
});

describe('a secret that is added', () => {
  function knowing(...values: (string | undefined)[]): Secrets {
    const secrets = new Secrets();
    secrets.add(...values);
    return secrets;
  }

  it('is known without white space around it; one of fewer than eight characters is not', () => {
    expect(knowing(undefined, `  ${token}\n`).text(`got ${token}!`)).toBe('got [redacted]!');
    expect(knowing('made-1').text('got made-1!')).toBe('got made-1!');
    expect(knowing('made-up1').text('made-up1')).toBe('[redacted]');
  });

  it('is known without the word before it, unless there is more', () => {
    expect(knowing(`Bearer  ${token}`).text(`got ${token}!`)).toBe('got [redacted]!');
    expect(knowing(`Bearer ${token} and more`).text(`got Bearer ${token} and more!`)).toBe('got [redacted]!');
    expect(knowing(`by Bearer ${token}`).text(`got by Bearer ${token}!`)).toBe('got [redacted]!');
  });

  it('is known by its lines, but not by those that say what it is', () => {
    const secrets = knowing(`-----BEGIN KEY-----\r\n  ${token} \r\n-----END KEY-----`);
    expect(secrets.text(`-----BEGIN KEY----- ${token}`)).toBe('-----BEGIN KEY----- [redacted]');
  });

  it('may be that of an address, or of a variable that is not ordinary', () => {
    const secrets = new Secrets();
    secrets.addUrl(undefined);
    secrets.addUrl('https://me:made-up-word@gateway/');
    secrets.addVariable('ANY_NAME', token);
    expect(secrets.text(`made-up-word, ${token}`)).toBe('[redacted], [redacted]');
  });
});

describe('a value that leaves', () => {
  const secrets = new Secrets({ GITHUB_TOKEN: token });

  it('may lead back to itself', () => {
    const ring: Record<string, unknown> = { said: token };
    ring['again'] = ring;
    const list: unknown[] = [token];
    list.push(list);
    const left = secrets.value(ring);
    expect([left['said'], (left['again'] as typeof ring)['said']]).toEqual(['[redacted]', '[redacted]']);
    const [first, again] = secrets.value(list);
    expect([first, (again as unknown[])[0]]).toEqual(['[redacted]', '[redacted]']);
    const error = new Error(`refused ${token}`);
    error.cause = error;
    expect(secrets.error(error).message).toBe('refused [redacted]');
  });

  it('keeps dates, bytes and objects of classes as they are, and is searched where it has no class', () => {
    const kept = { when: new Date(0), bytes: new Uint8Array(2), at: new URL('https://api.example') };
    const left = secrets.value({ ...kept, said: token });
    expect(left.when).toBe(kept.when);
    expect([left.bytes === kept.bytes, left.at === kept.at]).toEqual([true, true]);
    expect(secrets.value(Object.assign(Object.create(null), { said: token }))).toEqual({ said: '[redacted]' });
    expect(secrets.value({ [token]: 1 })).toEqual({ '[redacted]': 1 });
  });

  it('is JSON with the blanks that it had at its end, and a text where it was none', () => {
    expect(secrets.text(`{"said":"${token}"}\n\n`)).toBe('{"said":"[redacted]"}\n\n');
    expect(secrets.text(`{"said":"${token}"`)).toBe('{"said":"[redacted]"');
    const numbers = new Secrets();
    numbers.add('12345678');
    expect(numbers.text('12345678')).toBe('[redacted]');
    expect(JSON.parse(numbers.text(' [12345678]'))).toEqual([12_345_678]);
  });
});

describe('the environment', () => {
  const key = Buffer.alloc(32, 7).toString('base64');

  it.each([
    ['ANTHROPIC_API_KEY', ' made-up-key-1\n', 'made-up-key-1'],
    ['TEMPORAL_API_KEY', 'made-up-key-1', 'made-up-key-1'],
    ['FANFOLD_ENCRYPTION_KEY', `new:${key},old:x`, key],
    ['FANFOLD_CODEC_TOKEN', 'made-up-codec-token', 'made-up-codec-token'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20made-up-otel-1,x=y', 'made-up-otel-1'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-key=made-up-otel-1', 'made-up-otel-1'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://me:made-up-otel-1@collector:4318', 'made-up-otel-1'],
    ['FANFOLD_JOURNAL', 'postgres://me:p%40ss%2Fword-1@db:5432/x', 'p@ss/word-1'],
    ['FANFOLD_JOURNAL', 'postgres://me:p%40ss%2Fword-1@db:5432/x', 'p%40ss%2Fword-1'],
    ['FANFOLD_JOURNAL', 'postgres://db/x?user=me&password=made-up-word', 'made-up-word'],
    ['ANTHROPIC_BASE_URL', 'http://made-up-user-token@gateway/v1', 'made-up-user-token'],
    ['HTTPS_PROXY', 'http://me:made-up-word@proxy:3128', 'made-up-word'],
    ['TEMPORAL_GRPC_META_AUTHORIZATION', 'Bearer made-up-meta-1', 'made-up-meta-1'],
    ['SOME_PASSWORD', 'made-up-word', 'made-up-word'],
    ['TEMPORAL_TLS_CLIENT_KEY_DATA', '-----BEGIN KEY-----\nbWFkZS11cA1\n-----END KEY-----', 'bWFkZS11cA1'],
  ])('%s=%j holds %j', (name, value, secret) => {
    expect(new Secrets({ [name]: value }).text(`It said: ${secret}!`)).toBe('It said: [redacted]!');
  });

  it('keeps the name beside a password, and what says where one is', () => {
    const secrets = new Secrets({ FANFOLD_JOURNAL: 'postgres://administrator:made-up-word@database-host/journals' });
    secrets.addVariable('HOME', '/home/somebody');
    const text = 'administrator at database-host, journals, /home/somebody';
    expect(secrets.text(text)).toBe(text);
  });

  it('has none where there is none', () => {
    expect(secretsIn({ A: undefined, B: '', HOME: '/home/somebody', SITE: 'https://api.example/v1?page=2' })).toEqual(
      [],
    );
    expect(secretsIn({ FANFOLD_ENCRYPTION_KEY: undefined })).toEqual([]);
  });

  it.each([
    ['as written and as sent', 'https://me:made-up word@gateway/', ['made-up word', 'made-up%20word']],
    ['of a user alone', 'https://made-up user@gateway/', ['made-up user', 'made-up%20user']],
    ['that no URL can hold', 'http://me:made-up-word@gateway:port', ['made-up-word']],
    ['of a user in what is no URL', 'http://made-up-user@gateway:port', ['made-up-user']],
    ['that is not percent-encoded, though it looks so', 'https://me:made%zzup@gateway/', ['made%zzup']],
  ])('has those of an address %s', (_, url, secrets) => {
    const found = new Set(secretsInUrl(url).filter((secret) => !secret.startsWith('me:')));
    expect(found).toEqual(new Set(secrets));
  });
});

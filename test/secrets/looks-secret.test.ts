import { expect, it } from 'vitest';

import { looksSecret } from '../../src/secrets/index.js';

const value = 'made-up-value-1';

it.each([
  'authorization',
  'x-api-key',
  'apikey',
  'X-Auth-Token',
  'key',
  'service_key',
  'accessKey',
  'Cookie',
  'DB_PASSWORD',
  'sig',
])('takes what goes by %s for a secret', (name) => {
  expect(looksSecret(name, value)).toBe(true);
});

it.each(['keywords', 'author', 'accept', 'x-authority', 'monkeys', 'design', 'user-agent'])(
  'takes what goes by %s for ordinary',
  (name) => {
    expect(looksSecret(name, value)).toBe(false);
  },
);

it.each(['/etc/ssl/key.pem', './tools/server.mjs', 'https://host/path', '4096', ''])(
  'takes %j for no secret at all',
  (plain) => {
    expect(looksSecret('key', plain)).toBe(false);
  },
);

it('takes a long word of letters and digits for a secret, whatever it goes by', () => {
  expect(looksSecret('', 'abcdefghij0123456789')).toBe(true);
  expect(looksSecret('', 'a long sentence of 4 and more words')).toBe(false);
  expect(looksSecret('', 'abcdefghij0123456789 begins it')).toBe(false);
  expect(looksSecret('', 'it ends with abcdefghij0123456789')).toBe(false);
  expect(looksSecret('', 'abcdefghijabcdefghijabcdefghij')).toBe(false);
  expect(looksSecret('', '0123456789-0123456789')).toBe(false);
  // A path begins with a slash.
  expect(looksSecret('key', 'made-up-1/2')).toBe(true);
});

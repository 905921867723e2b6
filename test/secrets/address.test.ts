import { describe, expect, it } from 'vitest';

import { headerFault, sentHeader, shownAddress, withoutUser } from '../../src/secrets/index.js';

describe('an address as it is shown', () => {
  it.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com'],
    ['http://me:made-up-word@127.0.0.1:8080/proxy', 'http://127.0.0.1:8080/proxy'],
    ['http://me:p%40ss%2Fw%3Ard@gateway', 'http://gateway'],
    ['http://me:p@ss@gateway/', 'http://gateway/'],
    ['https://made-up-token-1@gateway/v1?key=made-up-token-2&region=eu', 'https://gateway/v1?key=…&region=…'],
    ['https://gateway/v1?made-up-token-2', 'https://gateway/v1?…'],
    ['https://gateway/v1#made-up-token-2', 'https://gateway/v1'],
    // The slash is the query's.
    ['https://gateway?next=/', 'https://gateway?next=…'],
    ['gateway:443#made-up-token-2', 'gateway:443'],
    // It is no URL: the password has a slash.
    ['http://me:made/up@gateway', 'gateway'],
    ['127.0.0.1:7233', '127.0.0.1:7233'],
    ['me:made-up-word@temporal:7233', 'temporal:7233'],
    ['[::1]:7233', '[::1]:7233'],
  ])('%s is %s', (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });
});

it.each([
  ['https://api.anthropic.com', 'https://api.anthropic.com'],
  ['http://me:p%40ss@gateway', 'http://gateway'],
  ['http://me:p@ss@gateway/mcp/?a=b@c', 'http://gateway/mcp/?a=b@c'],
  ['http://me@gateway', 'http://gateway'],
  ['http://:made-up-word@gateway', 'http://gateway'],
  [' http://me:made-up-word@gateway', ' http://gateway'],
  // What a URL takes for slashes.
  ['http:\\\\me:made-up-word@gateway', 'http://gateway/'],
  ['none', 'none'],
])('asks at %s with neither user nor password: %s', (url, asked) => {
  expect(withoutUser(url)).toBe(asked);
});

describe('a header', () => {
  it.each([
    ['authorization', 'Bearer made-up\ntoken', /header authorization with a line break/],
    ['authorization', 'Bearer made-up\u0000token', /header authorization/],
    ['authorization', 'made-up‘token’', /header authorization/],
    ['Bearer made-up-token', 'x', /header whose name/],
    ['', 'x', /header whose name/],
  ])('%j: %j is refused without being quoted', (name, value, said) => {
    const fault = headerFault(name, value);
    expect(fault).toMatch(said);
    expect(fault).not.toContain('made-up');
  });

  it('is sent without white space around it, as `fetch` does it', () => {
    expect(sentHeader('made-up-token\n')).toBe('made-up-token');
    expect(sentHeader('\r\n Bearer made-up-token \r\n')).toBe('Bearer made-up-token');
    expect(headerFault('x-key', sentHeader('made-up-token\r\n'))).toBeUndefined();
  });
});

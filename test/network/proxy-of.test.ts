import { describe, expect, it } from 'vitest';

import { channelArgsTo, isLoopback, proxyOf, wayTo } from '../../src/network/index.js';

const proxy = 'http://proxy.example:3128';
const through = (address: string, env: NodeJS.ProcessEnv) => proxyOf(new URL(address), env)?.origin;

describe('the proxy of an address', () => {
  it.each([
    ['http', { HTTP_PROXY: proxy }],
    ['http', { http_proxy: proxy, HTTP_PROXY: 'http://other.example:1' }],
    ['https', { HTTPS_PROXY: proxy }],
    ['https', { https_proxy: proxy }],
    ['https', { ALL_PROXY: proxy }],
    ['http', { all_proxy: 'proxy.example:3128' }],
    ['https', { https_proxy: ' ', HTTPS_PROXY: proxy }],
  ])('is, for %s, the one that %j names', (scheme, env) => {
    expect(through(`${scheme}://api.example`, env)).toBe(proxy);
  });

  it('is none where no variable is for its scheme', () => {
    expect(through('https://api.example', { HTTP_PROXY: proxy })).toBeUndefined();
    expect(through('http://api.example', { HTTPS_PROXY: proxy })).toBeUndefined();
    expect(through('https://api.example', {})).toBeUndefined();
  });

  it.each([
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    'LOCALHOST.',
  ])('is none for this machine: %s', (host) => {
    expect(through(`http://${host}:7`, { HTTP_PROXY: proxy, ALL_PROXY: proxy })).toBeUndefined();
  });

  it.each([
    ['*', 'https://api.example'],
    ['api.example', 'https://api.example'],
    ['.example', 'https://api.example'],
    ['*.example', 'https://api.example'],
    ['example', 'https://api.example'],
    ['one.test, api.example', 'https://API.example'],
    ['one.test api.example', 'https://api.example.'],
    ['api.example:443', 'https://api.example'],
    ['api.example:8443', 'https://api.example:8443'],
    ['10.0.0.0/8', 'http://10.1.2.3'],
    ['fd00::/8', 'http://[fd00::1]'],
    ['10.1.2.3', 'http://10.1.2.3:80'],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080'],
    ['fd00:0::1', 'http://[fd00::1]'],
  ])('is none where NO_PROXY, %s, names it: %s', (list, address) => {
    expect(through(address, { ALL_PROXY: proxy, NO_PROXY: list })).toBeUndefined();
    expect(through(address, { ALL_PROXY: proxy, no_proxy: list })).toBeUndefined();
  });

  it.each([
    ['ample', 'https://api.example'],
    ['api.example:8443', 'https://api.example'],
    ['10.0.0.0/8', 'http://11.1.2.3'],
    ['10.0.0.0/8', 'http://api.example'],
    ['10.0.0.0/99', 'http://10.1.2.3'],
    ['fd00::/8', 'http://10.1.2.3'],
    ['api.example.com', 'https://api.example'],
    [',', 'https://api.example'],
  ])('stays where NO_PROXY, %s, does not name it: %s', (list, address) => {
    expect(through(address, { ALL_PROXY: proxy, NO_PROXY: list })).toBe(proxy);
  });

  it.each(['socks5://proxy.example:1080', 'http://:@', 'ftp://me:made-up-word-1@proxy.example'])(
    'is refused where it is no HTTP proxy: %s',
    (address) => {
      const named = () => through('https://api.example', { HTTPS_PROXY: address });
      expect(named).toThrow(/^Expected HTTPS_PROXY to be an HTTP proxy/);
      expect(named).not.toThrow(/made-up-word-1/);
    },
  );

  it('is shown without its password', () => {
    const env = { HTTPS_PROXY: 'http://me:made-up-word-1@proxy.example:3128' };
    expect(wayTo(new URL('https://api.example'), env)).toBe('through the proxy http://proxy.example:3128');
    expect(wayTo(new URL('http://localhost'), env)).toBe('directly');
  });
});

it('takes a name that only looks like this machine for another', () => {
  expect(['localhost.example', '128.0.0.1', 'notlocalhost'].map(isLoopback)).toEqual([false, false, false]);
});

it('lets gRPC ask this machine directly', () => {
  const direct = { 'grpc.enable_http_proxy': 0 };
  expect(['127.0.0.1:7233', 'localhost:7233', '[::1]:7233', 'localhost'].map(channelArgsTo)).toEqual(
    Array(4).fill(direct),
  );
  expect(channelArgsTo('temporal.example:7233')).toEqual({});
});

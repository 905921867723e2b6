import { EventEmitter, once } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';
import { runCommand } from '../src/command.js';
import { asking, start } from './start.js';

/** The command in a process that is made up, and what it has printed. */
function running(...words: string[]) {
  const printed = { out: '', err: '' };
  const user = new EventEmitter();
  const first = once(user, 'print').then(([text]) => String(text).trim());
  const code = runCommand(words, {
    print: (text) => {
      printed.out += text;
      user.emit('print', text);
    },
    complain: (text) => {
      printed.err += text;
    },
    interrupted: once(user, 'interrupt'),
  });
  return { printed, code, first, interrupt: () => user.emit('interrupt') };
}

it('serves at the address that it prints, until it is interrupted', async () => {
  const { printed, code, first, interrupt } = running('--port', '0');
  const baseURL = await first;
  const client = new Anthropic({ apiKey: 'any', baseURL, maxRetries: 0 });
  expect((await client.messages.create(asking('Hi'))).type).toBe('message');
  interrupt();
  expect(await code).toBe(0);
  expect(printed.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
  expect(printed.err).toContain('set ANTHROPIC_BASE_URL to it');
  await expect(fetch(baseURL)).rejects.toThrow('fetch failed');
});

it('says that a port is taken; exit 1', async () => {
  const { model } = await start();
  const { printed, code } = running('--port', new URL(model.url).port);
  expect(await code).toBe(1);
  expect(printed.err).toMatch(/^offline-model: The offline model cannot listen on port \d+: .*Choose another port/);
});

it.each([
  [['--port', '70000'], 'Expected `port` to be a number from 0 to 65535, got `70000`.'],
  [['--port', 'http'], 'got `http`.'],
  [['--prot', '1'], `Unknown option '--prot'`],
  [['8080'], `Unexpected argument '8080'`],
])('refuses %j; exit 2', async (words, message) => {
  const { printed, code } = running(...words);
  expect(await code).toBe(2);
  expect(printed).toEqual({ out: '', err: expect.stringContaining(message) });
});

it('explains itself', async () => {
  const { printed, code } = running('--help');
  expect(await code).toBe(0);
  expect(printed.out).toContain('--port <n>');
});

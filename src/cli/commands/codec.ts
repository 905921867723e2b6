import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

import type { Command } from 'commander';

import { InputError, UnavailableError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { payloadCodec, startCodecServer } from '../../payloads/index.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { aborted, interruptible } from '../run/interrupt.js';
import { parsePort } from '../read/numbers.js';
import { ownHomeOf, sayer } from '../home/session.js';
import { line } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface CodecFlags {
  host: string;
  port: string;
  origin?: string[];
}

/** The usual addresses of Temporal's Web UI: the dev server's, and the one of the Compose stack. */
const usualOrigins = [
  'http://localhost:8233',
  'http://127.0.0.1:8233',
  'http://localhost:8080',
  'http://127.0.0.1:8080',
];

export function codecCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('codec')
    .description(
      'a codec server, so that the Web UI shows encrypted runs in clear to those who have its token, until Ctrl-C',
    )
    .option('--host <ip>', 'IP address to listen at', '127.0.0.1')
    .option('--port <n>', 'port; 0 for a free one', '8234')
    .option(
      '--origin <url...>',
      'Web UIs that may ask; by default those of Temporal at its usual ports, on this machine',
    )
    .addHelpText(
      'after',
      '\nThe token is FANFOLD_CODEC_TOKEN, or made up anew each time. Give the Web UI\n(the glasses icon) the URL with\nits token, which is shown on a terminal alone; elsewhere, a token that was made\nup is in the file `codec-url` of the home while the server is there.',
    )
    .action(async (flags: CodecFlags) => {
      done(await serveCodec(flags, world));
    });
}

async function serveCodec(flags: CodecFlags, world: World): Promise<ExitCode> {
  const port = parsePort(flags.port);
  if (isIP(flags.host) === 0) throw new InputError(`Expected \`host\` to be an IP address, got \`${flags.host}\`.`);
  const origins = (flags.origin ?? usualOrigins).map(readOrigin);
  const encryptionKey = encryptionKeyOf(world);
  if (encryptionKey === undefined) {
    throw new InputError(
      'Expected FANFOLD_ENCRYPTION_KEY to hold the key of the runs to be shown, got nothing.',
      'Without a key nothing is encrypted, and no codec server is needed.',
    );
  }
  const codec = payloadCodec(encryptionKey);
  const token = world.env['FANFOLD_CODEC_TOKEN'] || randomBytes(24).toString('base64url');
  if (!/^[\w.~-]{16,}$/.test(token)) {
    throw new InputError(
      'Expected FANFOLD_CODEC_TOKEN to be 16 or more letters, digits, and any of `-._~`, got something else.',
    );
  }
  const server = await startCodecServer({ codec, host: flags.host, port, origins, token }).catch((error: Error) => {
    throw new UnavailableError(
      'CodecServerNotStarted',
      `The codec server cannot listen: ${error.message}`,
      'Choose another --port.',
    );
  });
  const say = sayer(world, false);
  const shown = await showUrl(server.url, token, world).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  say(`the codec server listens at ${server.url}. ${shown.where}`);
  say(`pages that may ask: ${origins.join(', ')}. Whoever has the URL with its token can read every run of this key.`);
  await interruptible(world, aborted);
  await shown.forget();
  await server.stop();
  return exitCodes.complete;
}

/**
 * Shows the URL with its token. A terminal shows it directly, because nobody keeps what stands there. Otherwise, where the token
 * is new, a file has it that only this user can read, for as long as the server lives: other output ends up in logs.
 */
async function showUrl(
  url: string,
  token: string,
  world: World,
): Promise<{ where: string; forget: () => Promise<void> }> {
  world.secrets?.add(token);
  const forget = async () => {};
  if (world.stdout.isTerminal) {
    (world.stdout.writeSecret ?? world.stdout.write)(line`${url}/${token}\n`);
    return { where: 'Give the Web UI the URL above as its codec server endpoint.', forget };
  }
  world.stdout.write(line`${url}\n`);
  if (world.env['FANFOLD_CODEC_TOKEN']) {
    return { where: 'Give the Web UI this URL, a slash and FANFOLD_CODEC_TOKEN as its codec server endpoint.', forget };
  }
  const path = join(await ownHomeOf(world), 'codec-url');
  // The file is made anew, so that no other process has it open.
  await rm(path, { force: true });
  await writeFile(path, `${url}/${token}\n`, { mode: 0o600, flag: 'wx' });
  return {
    where: `Give the Web UI the URL in ${path} as its codec server endpoint.`,
    forget: () => rm(path, { force: true }),
  };
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InputError(`Expected \`origin\` to be a URL such as https://temporal.example.org, got \`${text}\`.`);
  }
  return url.origin;
}

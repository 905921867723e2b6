import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { defaultRampFrom } from '../../contract/limits.js';
import { parseCount, parseDollars } from '../read/numbers.js';
import type { World } from '../world.js';

export interface GatewayFlags {
  listen: string;
  concurrency: string;
  rampFrom: string;
  tokens?: string;
  tlsCert?: string;
  tlsKey?: string;
  budgetPerDay?: string;
  journalAll?: boolean;
  offline?: boolean;
  quiet?: boolean;
}

export const defaultListen = '127.0.0.1:8235';
const defaultGatewayConcurrency = '200';

export function gatewayCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('gateway')
    .description('the model layer in a process of its own: journal, limits and calls for workers and other programs')
    .option('--listen <address>', 'IP address and port, or unix:/path', defaultListen)
    .option('--concurrency <n>', 'most model calls at once, of all who ask', defaultGatewayConcurrency)
    .option(
      '--ramp-from <n>',
      'calls at once to begin with; without it what was learnt before counts',
      String(defaultRampFrom),
    )
    .option('--tokens <file>', 'who may ask: a name and the digest of a token a line; asked for beyond this machine')
    .option('--tls-cert <file>', 'certificate chain, in PEM')
    .option('--tls-key <file>', 'its key, in PEM')
    .option('--budget-per-day <usd>', 'most US dollars that all calls of a day (UTC) may cost')
    .option('--journal-all', 'answer every program from the journal, not only those that ask for it')
    .option('--offline', 'the offline model answers programs that are no workers')
    .option('--quiet', 'nothing on standard error but errors')
    .action(async (flags: GatewayFlags) => {
      const concurrency = parseCount(flags.concurrency, 'concurrency');
      // What is not asked for is what the home remembers.
      const isAsked = command.getOptionValueSource('rampFrom') !== 'default';
      const rampFrom = isAsked ? parseCount(flags.rampFrom, 'ramp-from') : undefined;
      const budgetPerDayUsd =
        flags.budgetPerDay === undefined ? undefined : parseDollars(flags.budgetPerDay, 'budget-per-day');
      // Loaded on demand, as all that serves is.
      const { serveGateway } = await import('../worker/serve-gateway.js');
      await serveGateway(flags, { concurrency, rampFrom, budgetPerDayUsd }, world);
      done(exitCodes.complete);
    });
  command
    .command('token')
    .description('make a token for a client, show it once, and add its digest to the file')
    .argument('<name>', 'the client, as `fanfold spend` is to call it')
    .option('--tokens <file>', 'the file that `fanfold gateway --tokens` reads; made where there is none')
    .action(async (name: string, _: unknown, token: Command) => {
      // The flag has the same name as the gateway's own, which takes it first.
      const { tokens } = token.optsWithGlobals<GatewayFlags>();
      if (tokens === undefined) throw new InputError('Expected `--tokens` to name a file, got nothing.');
      const { addToken } = await import('../worker/serve-gateway.js');
      await addToken(name, tokens, world);
      done(exitCodes.complete);
    });
}

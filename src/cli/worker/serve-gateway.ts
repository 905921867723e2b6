import { appendFile, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { CpuPool } from '../../cpu/index.js';
import { Clients, isLocal, listenAddressOf, newToken, startGateway } from '../../gateway/index.js';
import { capturesContent } from '../../model/call/gen-ai-tracer.js';
import { Secrets } from '../../secrets/index.js';
import type { GatewayFlags } from '../commands/gateway.js';
import { shownBaseUrl } from '../home/api-key.js';
import { openJournalOf } from '../home/journal-of.js';
import { homeOf, sayer } from '../home/session.js';
import { packageVersion } from '../package-version.js';
import { aborted, interruptible } from '../run/interrupt.js';
import { line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { gatewayApis } from './gateway-api.js';
import { gatewayLimits } from './gateway-limits.js';
import type { LimitAmounts } from './gateway-limits.js';
import { showGatewayMetrics } from './gateway-metrics.js';

interface Amounts extends LimitAmounts {
  budgetPerDayUsd: number | undefined;
}

/**
 * Serves until the process is interrupted. Then it takes no new calls, and those under way come to their end; a second
 * interruption ends the process at once.
 */
export async function serveGateway(flags: GatewayFlags, amounts: Amounts, given: World): Promise<void> {
  // The gateway is what the variable points others to.
  const world: World = { ...given, env: { ...given.env, FANFOLD_GATEWAY: undefined } };
  const say = sayer(world, flags.quiet);
  const listen = listenAddressOf(flags.listen);
  const clients = flags.tokens === undefined ? undefined : new Clients(await textOf(flags.tokens, 'tokens', world));
  if (clients === undefined && !isLocal(listen)) {
    throw new InputError(
      `Expected \`--tokens\` where others than this machine may ask, got none with \`--listen ${flags.listen}\`.`,
      'Make a token for each client with `fanfold gateway token NAME --tokens FILE`.',
    );
  }
  const tls = await tlsOf(flags, world);
  const secrets = world.secrets ?? new Secrets(world.env);
  const apis = gatewayApis(world, secrets);
  const { budgetPerDayUsd } = amounts;
  const home = homeOf(world);
  const journal = await openJournalOf(home, world, say);
  const learned = await gatewayLimits(home, amounts, world, say);
  const cpu = new CpuPool();
  let end: (() => Promise<void>)[] = [];
  try {
    const gateway = await startGateway({
      listen,
      clients,
      tls,
      journal,
      apiOf: (question) => apis.apiOf(question),
      foreignLine: flags.offline === true ? 'offline' : 'paid',
      journalAll: flags.journalAll ?? false,
      limiters: learned.limiters,
      secrets,
      env: world.env,
      tracesContent: capturesContent(world.env),
      cpu,
      budgetPerDayUsd,
      version: packageVersion(),
      say,
    });
    end = [learned.keep(gateway), await showGatewayMetrics(gateway, world, say)];
    world.stdout.write(line`${gateway.address}\n`);
    const asks = apis.hasKey
      ? `asks ${shownBaseUrl(world)}`
      : 'no key of a model API, so only the offline model is asked';
    say(
      `the gateway listens at ${gateway.address}; set FANFOLD_GATEWAY, or another program's base URL, to it; ${asks}.`,
    );
    if (!isLocal(listen) && tls === undefined)
      say('without --tls-cert and --tls-key, tokens and texts travel in clear.');
    await interruptible(world, aborted);
    say('taking no new calls; those under way come to their end. Interrupt again to end now.');
    await gateway.drain();
  } finally {
    for (const each of end) await each();
    await journal.close();
    await cpu.close();
    await apis.stop();
  }
}

/** Makes a token, shows it, and lets it in. */
export async function addToken(name: string, file: string, world: World): Promise<void> {
  const { token, line: entry } = newToken(name);
  const path = resolve(world.cwd, file);
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new InputError(
      `Expected \`tokens\` to be a file that can be read, got ${error.code ?? error.message}: ${file}`,
    );
  });
  if (before.split('\n').some((each) => each.startsWith(`${name} `)))
    throw new InputError(
      `Expected the name of a new client, got \`${name}\`, which has a token.`,
      'Take its line out of the file first.',
    );
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${separator}${entry}\n`, { mode: 0o600 });
  world.stdout.write(line`${token}\n`);
  sayer(
    world,
    false,
  )(
    `this is the token of ${name}, and is kept nowhere; ${file} has its digest. A gateway reads the file when it starts.`,
  );
}

async function tlsOf({ tlsCert, tlsKey }: GatewayFlags, world: World) {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    const got = tlsCert === undefined ? '`--tls-key` alone' : '`--tls-cert` alone';
    throw new InputError(`Expected both \`--tls-cert\` and \`--tls-key\`, got ${got}.`);
  }
  return { cert: await textOf(tlsCert, 'tls-cert', world), key: await textOf(tlsKey, 'tls-key', world) };
}

async function textOf(file: string, flag: string, { cwd }: World): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(`Expected \`${flag}\` to be a file that can be read, got ${code ?? message}: ${file}`);
  }
}

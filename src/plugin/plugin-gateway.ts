import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { InputError } from '../contract/errors.js';
import { gatewayIn, noGateway } from '../contract/gateway.js';
// Nothing else of the gateway is loaded.
import { gatewayAddressOf } from '../gateway/protocol/address.js';
import type { PluginSettings } from './plugin-settings.js';
import type { WorkerGateway } from '../worker/index.js';

/** A link of the plugin's own to a gateway. */
export type OwnGateway = WorkerGateway & { close(): void };

/** The program that takes the plugin. */
interface OwnProgram {
  cwd: string;
  nodePath: string;
  /** Takes what is to be known of the gateway. */
  say(message: string): void;
}

/**
 * The environment as `gateway` has it: all that asks models goes by `FANFOLD_GATEWAY`.
 *
 * @throws InputError where the gateway cannot be meant
 */
export function environmentWith(
  { gateway, api, journal }: Pick<PluginSettings, 'gateway' | 'api' | 'journal'>,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  if (typeof gateway !== 'string') return env;
  if (gateway !== 'off' && gateway !== 'home') gatewayAddressOf(gateway, '`gateway`');
  if (gateway === 'off') return { ...env, FANFOLD_GATEWAY: noGateway };
  if (api !== undefined) {
    throw new InputError(
      `Expected \`gateway\` or \`api\`, got both: \`${gateway}\` has a key of its own.`,
      gateway === 'home' ? 'A home’s gateway takes the key and its address from the environment.' : undefined,
    );
  }
  if (gateway === 'home' && journal !== undefined) {
    throw new InputError(
      "Expected `gateway: 'home'` or a `journal`, got both: its answers are in the journal of the home.",
    );
  }
  return { ...env, FANFOLD_GATEWAY: gateway === 'home' ? undefined : gateway };
}

/**
 * The gateway that models are asked through, unless the plugin was given a link to one.
 *
 * @param env that of `environmentWith`
 * @returns `undefined` where this process asks
 * @throws UnavailableError where there is a gateway that does not let this program in
 */
export async function gatewayOf(
  given: PluginSettings,
  home: string,
  env: NodeJS.ProcessEnv,
  program: OwnProgram,
): Promise<OwnGateway | undefined> {
  const { gateway, api, offline = false } = given;
  if (typeof gateway === 'object') return undefined;
  const text = gatewayIn(env);
  if (text !== undefined) {
    if (gateway === undefined && (offline || api !== undefined)) return undefined;
    const { GatewayClient } = await import('../gateway/index.js');
    const token = env['FANFOLD_GATEWAY_TOKEN'] || undefined;
    return GatewayClient.connect({ address: gatewayAddressOf(text), token, say: program.say });
  }
  if (gateway !== 'home' && !(await isAtHome(given, home, env))) return undefined;
  const { HomeGateway } = await import('../home-gateway/index.js');
  const { cwd, nodePath, say } = program;
  const ofHome = await HomeGateway.started(
    home,
    { env, cwd, nodePath, entry: entryOf() },
    { rampFrom: given.rampFrom },
  );
  if (ofHome === undefined && gateway === 'home')
    say('a home like this can have no gateway (see `fanfold doctor`); this worker asks models itself.');
  return ofHome?.connect(say);
}

/** Whether the program's server is that of its home, and nothing of the home was replaced. */
async function isAtHome(
  { gateway, api, journal, store, offline = false }: PluginSettings,
  home: string,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const address = env['TEMPORAL_ADDRESS']?.replace(/^localhost:/, '127.0.0.1:');
  if (gateway === 'off' || env['FANFOLD_GATEWAY'] === noGateway || address === undefined) return false;
  if (offline || api !== undefined || journal !== undefined || store !== undefined) return false;
  const { readServerRecord } = await import('../server/index.js');
  return (await readServerRecord(home))?.address === address;
}

/** The command's entry beside this file, or in the build where this is run from its source. */
function entryOf(): string {
  const beside = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
}

import { createHmac } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { gatewayIn } from '../../contract/gateway.js';
import { ownerSecret } from '../../server/index.js';
import type { World } from '../world.js';

/** Variables of terminals, shells, editors and npm, which change from command to command and mean nothing to a worker. */
const passing =
  /^(_|OLDPWD|PWD|SHLVL|PATH|NODE|INIT_CWD|COLUMNS|LINES|COLORTERM|NO_COLOR|FORCE_COLOR|EDITOR|VISUAL|PAGER|PS1|PROMPT.*|LS_COLORS|HIST.*|DISPLAY|WAYLAND_DISPLAY|STY|LAST_EXIT_CODE|FANFOLD_(HOME|IDLE|DEBUG|WEB_UI)|(npm|TERM|TMUX|WINDOW|SSH|VSCODE|VTE|GPG|DBUS|XDG|ITERM|KITTY|WEZTERM|GNOME|KONSOLE|ZELLIJ|STARSHIP|BASH|ZSH)_?.*)$/i;

/**
 * A digest of what a worker has from the command that starts it: the program and the environment. A worker of other
 * surroundings would ask with another key, or run the code of another build.
 *
 * @returns 64 hexadecimal digits, made with the user's secret, so that nobody can try out keys against it
 */
export async function surroundingsOf(world: World): Promise<string> {
  return digestOf('surroundings', world, (name) => !passing.test(name));
}

/** Keys of model APIs. Tokens that clouds renew every hour are none: commands with another would be refused. */
const ofKeys = /^(ANTHROPIC_API_KEY|ANTHROPIC_FOUNDRY_API_KEY|OPENAI_API_KEY|FANFOLD_OPENAI_COMPATIBLE_KEY)$/;

/**
 * The keys that models are asked with, so that others can tell whether theirs are the same.
 *
 * @returns of each its variable and 12 hexadecimal digits, made with the user's secret, so that nobody can try out keys against them
 */
export async function modelKeysOf({ env }: Pick<World, 'env'>): Promise<string[]> {
  // A gateway has the keys, and is shown a token in their place.
  const counts = gatewayIn(env) === undefined ? ofKeys : /^FANFOLD_GATEWAY_TOKEN$/;
  const secret = await ownerSecret(env);
  return Object.entries(env).flatMap(([name, value]) => {
    const key = value?.trim();
    if (!key || !counts.test(name)) return [];
    const digest = createHmac('sha256', secret).update(JSON.stringify(['model key', name, key]));
    return [`${name} ${digest.digest('hex').slice(0, 12)}`];
  });
}

/** Variables that say what a gateway asks, with which key, and where it keeps answers. */
const ofGateways =
  /^(ANTHROPIC_.*|FANFOLD_(JOURNAL|ENCRYPTION_KEY|OFFLINE_URL|PROVIDER|PRICES|OPENAI_COMPATIBLE_.*)|(AWS|AZURE|CLOUD_ML|CLOUDSDK|GOOGLE|OPENAI)_.*|OTEL_.*|NODE_.*|SSL_CERT_.*|PG.*|(HTTPS?|ALL|NO)_PROXY)$/i;

/**
 * The settings of a home's gateway: of workers that would ask otherwise, each has a gateway of its own.
 *
 * @param rampFrom calls at once to begin with, where somebody has said it
 * @returns 12 hexadecimal digits, made as the surroundings are
 */
export async function gatewaySettingsOf(world: World, rampFrom: number | undefined): Promise<string> {
  const digest = await digestOf(`gateway ${rampFrom ?? ''}`, world, (name) => ofGateways.test(name));
  return digest.slice(0, 12);
}

async function digestOf(what: string, world: World, counts: (name: string) => boolean): Promise<string> {
  const variables = Object.entries(world.env)
    .filter(([name, value]) => value !== undefined && counts(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const builtAt = await Promise.all(
    builtFiles(world).map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return createHmac('sha256', await ownerSecret(world.env))
    .update(JSON.stringify([what, world.entry, builtAt, world.nodePath, variables]))
    .digest('hex');
}

/** Of these files a build that changes anything writes one anew; an installed package has no `tsbuildinfo`. */
function builtFiles({ entry }: World): string[] {
  const dist = join(dirname(entry), '..', '..');
  return ['cli/ready.json', 'node.tsbuildinfo', 'workflow-bundle.js'].map((name) => join(dist, name));
}

import { createHmac } from 'node:crypto';

import { gatewayIn } from '../../contract/gateway.js';
import { digestOf } from '../../home-gateway/index.js';
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

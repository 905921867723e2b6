import { createHmac } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
  const variables = Object.entries(world.env)
    .filter(([name, value]) => value !== undefined && !passing.test(name))
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
    .update(JSON.stringify(['surroundings', world.entry, builtAt, world.nodePath, variables]))
    .digest('hex');
}

/** Of these files a build that changes anything writes one anew; an installed package has no `tsbuildinfo`. */
function builtFiles({ entry }: World): string[] {
  const dist = join(dirname(entry), '..', '..');
  return ['cli/ready.json', 'node.tsbuildinfo', 'workflow-bundle.js'].map((name) => join(dist, name));
}

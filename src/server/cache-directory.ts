import { platform } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { userHome } from './user.js';

/**
 * What fanfold keeps for all homes of a user, and can get again: its own copy of the Temporal CLI, larger than 100 MB, and compiled code.
 *
 * It is run from there: a relative path, which a folder that somebody goes into would then decide, is ignored, as
 * https://specifications.freedesktop.org/basedir-spec/latest/#variables asks.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  switch (platform()) {
    case 'darwin':
      return join(userHome(env), 'Library', 'Caches', 'fanfold');
    case 'win32': {
      const local = env['LOCALAPPDATA'] ?? '';
      return join(isAbsolute(local) ? local : join(userHome(env), 'AppData', 'Local'), 'fanfold', 'cache');
    }
    default: {
      const xdg = env['XDG_CACHE_HOME'] ?? '';
      return join(isAbsolute(xdg) ? xdg : join(userHome(env), '.cache'), 'fanfold');
    }
  }
}

import { join } from 'node:path';

/** What lies in a home directory; every path absolute. */
export function homePaths(home: string) {
  return {
    home,
    gitignore: join(home, '.gitignore'),
    /** A directory while somebody starts, adopts or stops the server. */
    lock: join(home, 'lock'),
    presence: join(home, 'presence'),
    database: join(home, 'temporal.db'),
    log: join(home, 'temporal.log'),
    /** The running server; absent when it was stopped in good order. */
    server: join(home, 'server.json'),
    /** The ports this home used last, so that links to the Web UI stay valid. */
    ports: join(home, 'ports.json'),
  };
}

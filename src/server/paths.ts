import { join } from 'node:path';

/** The paths in a home directory, all absolute. */
export function homePaths(home: string) {
  return {
    home,
    gitignore: join(home, '.gitignore'),
    /** The mark of the user whose home it is. */
    owner: join(home, 'owner.json'),
    /** The lock: a directory while a process starts, adopts or stops the server. */
    lock: join(home, 'lock'),
    /** The lock of those who see to a worker. */
    workerLock: join(home, 'worker-lock'),
    presence: join(home, 'presence'),
    /** What workers have found out about the API's limits. */
    limits: join(home, 'limits.json'),
    database: join(home, 'temporal.db'),
    log: join(home, 'temporal.log'),
    /** The record of the running server; absent when it was stopped in good order. */
    server: join(home, 'server.json'),
    /** The ports this home used last, so that links to the Web UI stay valid. */
    ports: join(home, 'ports.json'),
    /** Paths of entries that other rooms keep here. */
    workerLog: join(home, 'worker.log'),
    /** Sockets and records of the home's gateways, and their log. */
    gateway: join(home, 'gateway'),
    gatewayLog: join(home, 'gateway.log'),
    tools: join(home, 'tools'),
    journal: join(home, 'journal'),
    blobs: join(home, 'blobs'),
    reports: join(home, 'reports'),
    extracted: join(home, 'extracted'),
  };
}

const homeNames =
  /^(\.gitignore|(owner|server|ports|limits)\.json.*|temporal\.(db.*|log)|(worker|gateway)\.log|gateway|(worker-)?lock|presence|journal|blobs(\.tidied)?|tools|extracted|reports)$/;

/** Whether a name in a home is one that fanfold gives, those of drafts and of SQLite's own files included. */
export function isHomeName(name: string): boolean {
  return homeNames.test(name);
}

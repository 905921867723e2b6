import { execFile } from 'node:child_process';
import { access, chown, constants, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const run = promisify(execFile);

const distribution = '/usr/lib/postgresql';

/** A PostgreSQL server for tests, in a directory of its own. */
export class PostgresServer {
  readonly #bin: string;
  /** Holds all that it writes. */
  readonly directory: string;
  #port: number;
  #schemas = 0;

  private constructor(
    bin: string,
    directory: string,
    port: number,
    readonly superuser: string,
  ) {
    this.#bin = bin;
    this.directory = directory;
    this.#port = port;
  }

  /**
   * Starts a server; it takes a second or two.
   *
   * @throws when PostgreSQL is not installed, with what to install
   */
  static async start(superuser = 'fanfold'): Promise<PostgresServer> {
    const bin = await findBinaries();
    const directory = await mkdtemp(join(tmpdir(), 'fanfold-postgres-'));
    await giveToServer(directory);
    const server = new PostgresServer(bin, directory, await freePort(), superuser);
    await server.#run(
      'initdb',
      `--username=${superuser}`,
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
    );
    await server.#startOnAnyPort();
    return server;
  }

  /** URL of a schema that nobody else uses; it has yet to be made. */
  async freshUrl(): Promise<string> {
    this.#schemas += 1;
    const schema = `test_${process.pid}_${this.#schemas}`;
    await this.#sql(`CREATE SCHEMA ${schema}`);
    return `${this.#url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  }

  /** The URL for a user who may read and write the schema's tables, as far as there are any, and make none. */
  async asReader(url: string): Promise<string> {
    const schema = /search_path%3D(\w+)/.exec(url)?.[1] ?? 'public';
    await this.#sql(`DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    await this.#sql(`GRANT USAGE ON SCHEMA ${schema} TO reader`);
    await this.#sql(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO reader`);
    return url.replace('fanfold@', 'reader@');
  }

  /** Starts it again after `kill`. */
  async resume(): Promise<void> {
    // A killed process survives here: only a crash of the machine would need the syncs.
    const settings = `-p ${this.#port} -k ${this.directory} -c listen_addresses=127.0.0.1 -c fsync=off`;
    await this.#run('pg_ctl', 'start', '--wait', `--log=${join(this.directory, 'log')}`, `--options=${settings}`);
  }

  // Between a look for a free port and the server's start, others may take it, outgoing connections among them.
  async #startOnAnyPort(): Promise<void> {
    for (let attemptsLeft = 4; ; attemptsLeft -= 1) {
      try {
        return await this.resume();
      } catch (error) {
        const log = await readFile(join(this.directory, 'log'), 'utf8').catch(() => 'It wrote no log.');
        if (attemptsLeft === 0) throw new Error(`PostgreSQL does not start. Its log:\n${log}`, { cause: error });
        this.#port = await freePort();
      }
    }
  }

  /** Ends it without a shutdown: connections are cut, and it recovers at its next start. */
  async kill(): Promise<void> {
    await this.#run('pg_ctl', 'stop', '--wait', '--mode=immediate');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Of the server, and of the group that its processes are in. */
  async pid(): Promise<number> {
    const [first] = (await readFile(join(this.directory, 'data', 'postmaster.pid'), 'utf8')).split('\n');
    return Number(first);
  }

  /** Ends every connection but its own, as a failover does. */
  async cutConnections(): Promise<void> {
    await this.#sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
  }

  /** For PostgreSQL's own programs, which are on its PATH. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: [this.#bin, process.env['PATH']].join(delimiter),
      PGHOST: '127.0.0.1',
      PGPORT: String(this.#port),
      PGUSER: this.superuser,
    };
  }

  get #url(): string {
    return `postgres://${this.superuser}@127.0.0.1:${this.#port}/postgres`;
  }

  #sql(statement: string): Promise<unknown> {
    return run(join(this.#bin, 'psql'), ['--quiet', '--no-psqlrc', this.#url, '--command', statement]);
  }

  async #run(program: string, ...args: string[]): Promise<void> {
    const command = [join(this.#bin, program), `--pgdata=${join(this.directory, 'data')}`, ...args];
    const [file = '', ...rest] = isRoot() ? ['runuser', '--user=postgres', '--', ...command] : command;
    await run(file, rest, { cwd: this.directory });
  }
}

async function findBinaries(): Promise<string> {
  const versions = (await readdir(distribution).catch(() => [])).sort((left, right) => Number(right) - Number(left));
  const installed = versions.map((version) => join(distribution, version, 'bin'));
  for (const bin of [...installed, ...(process.env['PATH'] ?? '').split(delimiter)]) {
    const found = await access(join(bin, 'initdb'), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return bin;
  }
  throw new Error(
    `These tests need PostgreSQL: no initdb in ${distribution}/*/bin or on PATH. Install it, with \`apt-get install postgresql\` on Debian.`,
  );
}

// PostgreSQL refuses to run as root.
async function giveToServer(directory: string): Promise<void> {
  if (!isRoot()) return;
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  await chown(directory, await id('-u'), await id('-g'));
}

function isRoot(): boolean {
  return userInfo().uid === 0;
}

// The servers that the peers need: PostgreSQL from the system, Restate's from its package.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const distribution = '/usr/lib/postgresql';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it, and calls `ready` until it no longer throws. */
async function service(command, words, options, ready) {
  const child = spawn(command, words, { stdio: 'ignore', ...options });
  for (let tries = 0; ; tries += 1) {
    await sleep(200);
    try {
      await ready();
      return child;
    } catch (error) {
      if (tries > 100) throw error;
    }
  }
}

export async function startPostgres() {
  const bin = join(distribution, readdirSync(distribution).sort().at(-1), 'bin');
  // In a directory of its own, which its user may enter.
  const home = mkdtempSync(join(tmpdir(), 'fanfold-postgres-'));
  const isRoot = userInfo().uid === 0;
  const as = isRoot ? ['runuser', '-u', 'postgres', '--'] : [];
  if (isRoot) {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres']));
    chownSync(home, id('-u'), id('-g'));
  }
  const [first, ...rest] = [...as, join(bin, 'initdb'), '-D', join(home, 'data'), '-A', 'trust', '-U', 'postgres'];
  execFileSync(first, rest, { stdio: 'ignore' });
  const port = await freePort();
  const [command, ...words] = [
    ...as,
    join(bin, 'postgres'),
    '-D',
    join(home, 'data'),
    '-p',
    String(port),
    '-k',
    home,
    '-h',
    '127.0.0.1',
  ];
  const child = await service(command, words, {}, () =>
    execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' }),
  );
  // The process under `runuser` is ended by PostgreSQL's own means.
  const stop = () => {
    const [ctl, ...flags] = [...as, join(bin, 'pg_ctl'), '-D', join(home, 'data'), '-m', 'immediate', 'stop'];
    execFileSync(ctl, flags, { stdio: 'ignore' });
    child.kill();
    rmSync(home, { recursive: true, force: true });
  };
  const [pid] = readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n');
  return { pid: Number(pid), url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`, stop };
}

export async function startRestate(directory) {
  const [node, ingress, admin] = [await freePort(), await freePort(), await freePort()];
  const server = fileURLToPath(new URL('./node_modules/.bin/restate-server', import.meta.url));
  const env = {
    ...process.env,
    RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_LOG_FILTER: 'error',
  };
  const home = join(directory, 'restate');
  mkdirSync(home, { recursive: true });
  const child = await service(
    process.execPath,
    [server, '--base-dir', home, '--node-name', 'bench'],
    { env },
    async () => {
      const response = await fetch(`http://127.0.0.1:${admin}/health`);
      if (!response.ok) throw new Error(String(response.status));
    },
  );
  const words = [`http://127.0.0.1:${ingress}`, `http://127.0.0.1:${admin}`, String(await freePort())];
  return { pid: child.pid, words, stop: () => child.kill() };
}

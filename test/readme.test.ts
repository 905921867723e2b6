import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { gatewaysIn } from '../src/server/gateway-place.js';
import { Desk, root, Running } from './support/fanfold.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The lines of the shell blocks, but for this test itself. */
const commands = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)]
  .flatMap(([, block]) => block!.trim().split('\n'))
  .filter((line) => line !== 'scripts/test');

const npxLine = commands.find((line) => line.startsWith('npx fanfold'));

const command = join(root, 'dist/cli/fanfold.js');

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
});

afterAll(() => desk.close());

/** Runs a line as a shell in the checkout would, without a terminal. */
function shell(line: string): Running {
  // npx itself takes as long as a command; that it finds the command is seen where a line is run as it stands.
  const found = line === npxLine ? line : line.replace('npx fanfold', 'node dist/cli/fanfold.js');
  // What these leave in the background would stay as long as it does with users.
  const env = line.startsWith('scripts/') ? { ...desk.env, FANFOLD_IDLE: '10m' } : desk.env;
  return new Running(spawn('bash', ['-c', found], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe('the README', () => {
  it('shows the commands that are executed here', () => {
    expect(commands).toContain('scripts/quickstart');
    expect(commands).toContain('scripts/quickstart --crash');
    expect(commands.filter((line) => line.includes('npx fanfold')).length).toBeGreaterThan(4);
  });

  it.each(commands)('is right about `%s`', async (line) => {
    const built = statSync(command).ino;
    const { code, stdout, stderr } = await shell(line).ended;
    expect(code, stdout + stderr).toBe(0);
    // What others run meanwhile stays: a build of what is built changes nothing.
    expect(statSync(command).ino).toBe(built);
    if (line === 'scripts/quickstart') {
      expect(stdout).toMatch(/# legal\n[^]*# technical\n[^]*# financial\n[^]*# security\n/);
      expect(stderr).toMatch(/4 of 4 branches ok/);
      expect(stderr).toMatch(/✓ legal +[\d.]+ m?s · [\d,]+ in, \d+ out · \$\d/);
      expect(stderr).toMatch(/Web UI: http:\S+\/timeline/);
      await desk.deserted();
    }
    if (line === 'scripts/quickstart --crash') {
      expect(stderr).toContain('with 4 of 8 branches finished');
      expect(stderr).toContain('no branch was asked again');
      await desk.deserted();
      expect(await gatewaysIn(desk.home, '/')).toEqual([]);
      // The commands that follow need not start a server and a worker each.
      await desk.serve();
    }
  });

  it('runs by npx in a checkout whose command npx linked when it lay elsewhere', () => {
    // npx keeps its link in a cache of its own, to the file that `bin` named at the first run.
    for (const file of ['dist/cli/fanfold.js', 'dist/src/cli/main.js'])
      expect(statSync(join(root, file)).mode & 0o111, file).toBe(0o111);
  });

  it('lists every command, and no other', async () => {
    const { stdout } = await desk.fanfold(['--help']);
    const offered = [...stdout.matchAll(/^ {2}([a-z-]+)[ |]/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    const table = readme.slice(readme.indexOf('| command | does |'), readme.indexOf('```sh\nnpx fanfold'));
    const listed = [...table.matchAll(/^\| `([a-z-]+)/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(offered));
  });
});

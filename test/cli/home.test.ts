import { access, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { HomeContents } from '../../src/cli/home/home-contents.js';
import { homePaths } from '../../src/server/index.js';
import { readServerRecord } from '../../src/server/server-record.js';
import { ToolRegistry } from '../../src/tools/index.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeEach(async () => {
  desk = await Desk.open();
});

afterEach(() => desk.close());

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * A folder as somebody else hands it over: its home was made by another user, its database has a run under way whose next turn
 * calls a tool, and its registry says that the tool is a module, which leaves a marker.
 */
async function prepare(): Promise<{ marker: string }> {
  const marker = join(desk.directory, 'marker');
  const made = join(desk.directory, 'made');
  await writeFile(
    join(desk.directory, 'prepared.mjs'),
    `import { writeFileSync } from 'node:fs';
     import { z } from 'zod';
     const run = () => writeFileSync(${JSON.stringify(marker)}, 'it ran');
     export default [{ name: 'mark_it', description: 'Marks it.', input: z.object({}), run }];`,
  );
  const env = { FANFOLD_CONFIG: join(desk.directory, 'their-config'), FANFOLD_HOME: made };
  const gate = desk.model.hold();
  const begun = desk.start(['agent', 'Mark it', '--id', 'prepared', '--tools', './prepared.mjs'], { env });
  await desk.model.until(() => gate.waiting.length === 1);
  const { pid: server } = (await readServerRecord(made))!;
  const [, worker] = await begun.said(/\(process (\d+)\)/);
  for (const pid of [begun.pid, Number(worker), server]) process.kill(pid, 'SIGKILL');
  await begun.ended;
  gate.release();
  const script = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'it ran')`;
  await new ToolRegistry(made).put({
    mcp: { command: process.execPath, args: ['-e', script], env: { TOKEN: 'made-up-token-1' } },
  });
  await cp(made, desk.home, { recursive: true });
  return { marker };
}

const text = { stdin: 'The customer pays.' };

it('refuses a home that came from elsewhere, whatever the command, and starts nothing in it; exit 6', async () => {
  const { marker } = await prepare();
  const before = await readdir(desk.home, { recursive: true });
  const module = join(desk.directory, 'tools.mjs');
  await writeFile(module, await readFile(join(root, 'examples/tools.mjs'), 'utf8'));
  await writeFile(join(desk.directory, 'page.html'), '<p>The customer pays.</p>');
  for (const words of [
    ['worker', '--until-idle'],
    ['dev'],
    ['perspectives', '-', '--offline'],
    ['summarise', 'page.html', '--offline'],
    ['agent', 'Look it up', '--tools', module, '--offline'],
    ['list'],
    ['show', 'x'],
    ['report', 'x'],
    ['resume'],
    ['limits'],
    ['slow'],
    ['journal', 'stats'],
    ['journal', 'clear'],
    ['store', 'stats'],
    ['store', 'prune'],
  ]) {
    // Temporal's runtime is one for a process.
    const { code, stderr } = await desk[/worker|dev/.test(words[0]!) ? 'fanfold' : 'inProcess'](words, text);
    expect(code, words.join(' ') + stderr).toBe(6);
    expect(stderr).toMatch(
      /^fanfold: The fanfold home .+ is not known to be yours: .+; nothing in it was used\.\n.*fanfold home adopt/m,
    );
  }
  const { code, stdout } = await desk.inProcess(['doctor', '--offline', '--json']);
  expect(code).toBe(6);
  expect(stdout).toContain('not known to be yours');
  expect(await readdir(desk.home, { recursive: true })).toEqual(before);
  expect(await exists(marker)).toBe(false);
});

it('shows what is in it, and adopts it when it is told to', async () => {
  const { marker } = await prepare();
  const { server } = homePaths(desk.home);
  await writeFile(server, JSON.stringify({ pid: process.pid, address: '192.0.2.7:7233\n\u001b[2J' }));
  const contents = await desk.json<HomeContents>(['home']);
  expect(contents).toMatchObject({
    path: desk.home,
    owner: 'stranger',
    before: null,
    database: { files: expect.any(Number) as number },
    server: { named: expect.stringContaining(`process ${process.pid} at "192.0.2.7:7233`) as string, isServer: false },
    tools: expect.arrayContaining([
      { module: join(desk.directory, 'prepared.mjs') },
      {
        program: process.execPath,
        args: ['-e', expect.stringContaining('writeFileSync')],
        cwd: null,
        env: ['TOKEN'],
      },
    ]) as object[],
  });
  const { stdout } = await desk.inProcess(['home']);
  expect(stdout).toContain('what runs may use: the program');
  expect(stdout).toContain(marker);
  expect(stdout).not.toContain('made-up-token-1');
  expect(stdout).not.toContain('\u001b');

  const refused = await desk.inProcess(['home', 'adopt']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Expected `--yes`')]);
  expect((await desk.inProcess(['list'])).code).toBe(6);

  const adopted = await desk.inProcess(['home', 'adopt', '--yes']);
  expect([adopted.code, adopted.stdout]).toEqual([0, expect.stringMatching(/the program[^]*It is yours now\.\n$/)]);
  expect((await desk.json<HomeContents>(['home'])).owner).toBe('self');
  expect(await exists(marker)).toBe(false);
  // The record names this very process, which is not the home's server. What was prepared is what now happens.
  expect((await desk.inProcess(['resume', 'prepared'])).code).toBe(0);
  expect(await exists(marker)).toBe(true);
});

it('shows what workers would take of a registration that says several things, and hides none behind others', async () => {
  const { tools } = homePaths(desk.home);
  await mkdir(tools, { recursive: true });
  const mcp = { command: 'prepared', url: 'https://mcp.example.org/mcp' };
  await writeFile(join(tools, 'a'), JSON.stringify({ folder: '/srv/docs', module: '/srv/tools.mjs', mcp }));
  await writeFile(join(tools, 'b'), JSON.stringify({ module: '/srv/tools.mjs', mcp: { command: 'prepared' } }));
  const contents = await desk.json<HomeContents>(['home']);
  expect([contents.before, contents.tools]).toEqual([
    null,
    [
      { url: mcp.url, headers: [] },
      { program: 'prepared', args: [], cwd: null, env: [] },
    ],
  ]);

  for (let left = 999; left > 0; left -= 1) await writeFile(join(tools, `a-${left}`), '{}');
  const { code, stderr } = await desk.inProcess(['home', 'adopt', '--yes']);
  expect([code, stderr]).toEqual([6, expect.stringContaining('1 more than the 1,000 that are shown')]);
});

it('says of a home that is not there, is new, or has only reports, that it is nobody’s', async () => {
  const owner = async () => (JSON.parse((await desk.inProcess(['home', '--json'])).stdout) as HomeContents).owner;
  expect(await owner()).toBe('none');
  expect(await exists(desk.home)).toBe(false);
  expect((await desk.inProcess(['home', 'adopt', '--yes'])).code).toBe(2);
  await mkdir(homePaths(desk.home).reports, { recursive: true });
  await writeFile(join(homePaths(desk.home).reports, 'a.html'), 'a report');
  expect(await owner()).toBe('nobody');
  expect((await desk.inProcess(['journal', 'stats'])).code).toBe(0);
  expect(await owner()).toBe('self');
});

it('goes on in a home that was moved, and needs it adopted where a backup was restored', async () => {
  await desk.inProcess(['perspectives', '-', '--perspectives', 'legal', '--id', 'before', '--offline'], text);
  await desk.deserted();
  const aside = `${desk.home}-aside`;
  await rename(desk.home, aside);
  const { code } = await desk.inProcess(['show', 'before'], { env: { FANFOLD_HOME: aside } });
  expect(code).toBe(0);
  await cp(aside, desk.home, { recursive: true });
  expect((await desk.inProcess(['show', 'before'])).code).toBe(6);
  expect((await desk.inProcess(['home', 'adopt', '--yes'])).code).toBe(0);
  expect((await desk.inProcess(['show', 'before'])).code).toBe(0);
  await rm(aside, { recursive: true });
});

it('says what to do where the secret cannot be kept; exit 6', async () => {
  const env = { FANFOLD_CONFIG: join(root, 'package.json') };
  const { code, stderr } = await desk.inProcess(['journal', 'stats'], { env });
  expect(code).toBe(6);
  expect(stderr).toContain('is a file.\nSet FANFOLD_CONFIG to a folder of your own');
  expect((await desk.inProcess(['journal', 'stats'], { env: { FANFOLD_CONFIG: 'here' } })).code).toBe(2);
});

it('keeps reports and journal in the home for its user alone', async () => {
  const before = process.umask(0);
  try {
    await desk.inProcess(['perspectives', '-', '--perspectives', 'legal', '--id', 'shown', '--offline'], text);
    expect((await desk.inProcess(['report', 'shown'])).code).toBe(0);
  } finally {
    process.umask(before);
  }
  const entries = await readdir(desk.home, { recursive: true, withFileTypes: true });
  expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(['journal-1.db', 'shown.html', 'worker.log']));
  for (const { parentPath, name } of entries) {
    const found = await stat(join(parentPath, name)).catch(() => undefined);
    if (found !== undefined) expect(found.mode & 0o077, name).toBe(0);
  }
});

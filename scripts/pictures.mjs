// Makes the pictures that scripts/pictures tells of.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'pictures');
const command = join(root, 'dist/cli/fanfold.js');
const words = process.argv.slice(2);
const forReadme = words.includes('--readme');
const wanted = words.filter((word) => word !== '--readme');
const isWanted = (name) => wanted.length === 0 || wanted.some((word) => name.includes(word));

/** The pictures that the README shows, and what they are called there. */
const inReadme = {
  'terminal-perspectives-80': 'terminal',
  'report-perspectives-light-1280': 'report',
  'web-ui-perspectives': 'web-ui',
};

const folder = await mkdtemp(join(tmpdir(), 'fanfold-pictures-'));
/** @type {NodeJS.ProcessEnv} */
const env = {
  ...process.env,
  FANFOLD_HOME: join(folder, '.fanfold'),
  FANFOLD_IDLE: '10m',
  // What `script` runs its command by: it is the same for all, so that one worker serves all.
  SHELL: '/bin/sh',
  FANFOLD_CONFIG: join(folder, 'config'),
};
delete env.NO_COLOR;

/** Processes of its own that go on. */
const children = new Set();

function begin(program, given, options) {
  if (isEnding) throw new Error('It was interrupted.');
  const child = spawn(program, given, { cwd: folder, ...options });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** Whether it is being ended: nothing more is begun then. */
let isEnding = false;

/** Ends all that it has started, what stays in the background of its home included. */
async function end() {
  isEnding = true;
  for (const child of children) child.kill('SIGKILL');
  await browser?.close().catch(() => {});
  // What a command had begun to start when it was ended shows itself a moment later.
  for (let looks = 0; looks < 20; looks += 1) {
    await stop();
    await sleep(500);
    if (await isInhabited()) continue;
    // Who is on its way out may write once more.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    await sleep(500);
    if (!existsSync(folder)) break;
  }
}

async function stop() {
  const child = spawn(process.execPath, [command, 'stop'], { cwd: folder, env, stdio: 'ignore' });
  await once(child, 'close');
}

async function isInhabited() {
  const present = await readdir(join(env.FANFOLD_HOME, 'presence')).catch(() => []);
  return present.length > 0 || existsSync(join(env.FANFOLD_HOME, 'server.json'));
}

let browser;
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => void end().finally(() => process.exit(code)));
}

/** Runs a command as a program would; returns what it printed. */
async function fanfold(...given) {
  const child = begin(process.execPath, [command, ...given], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
  await once(child, 'close');
  return printed;
}

/**
 * Runs a command at a terminal of so many columns; returns what came there.
 *
 * @param until the text after which the picture is taken, while the command goes on; at its end by default
 */
async function atTerminal(line, columns, until) {
  const shell = `stty cols ${columns} rows 50; exec ${line.replace(/^fanfold/, `'${process.execPath}' '${command}'`)}`;
  const child = begin('script', ['-qfec', shell, '/dev/null'], {
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let seen = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (seen += text));
  const ended = once(child, 'close');
  if (until === undefined) {
    await ended;
    return seen;
  }
  while (!until.test(seen) && child.exitCode === null) await sleep(50);
  await sleep(300);
  const picture = seen;
  child.stdin.write('\u0003');
  await ended;
  return picture;
}

browser = await chromium.launch({
  executablePath: process.env.FANFOLD_TEST_CHROMIUM || '/usr/bin/chromium',
  // Its own would end this process before all else is ended.
  handleSIGINT: false,
  handleSIGTERM: false,
  // Letters without colours at their edges make smaller pictures.
  args: ['--no-sandbox', '--disable-lcd-text'],
});

/**
 * @param {string} name
 * @param {string} line
 * @param {{ until?: RegExp, prompt?: boolean }} [options]
 */
async function terminalPicture(name, line, { until, prompt = true } = {}) {
  for (const columns of [80, 200]) {
    const file = `${name}-${columns}`;
    if (!isWanted(file)) continue;
    const seen = await atTerminal(line, columns, until);
    const page = await browser.newPage({ viewport: { width: columns * 9 + 60, height: 1_600 }, deviceScaleFactor: 1 });
    const xterm = join(root, 'node_modules/@xterm/xterm');
    await page.setContent(
      '<style>body { margin: 0; background: #16181d } #t .scrollbar { display: none !important } #t { padding: 12px; display: inline-block }</style><div id="t"></div>',
    );
    await page.addStyleTag({ path: join(xterm, 'css/xterm.css') });
    await page.addScriptTag({ path: join(xterm, 'lib/xterm.js') });
    await page.evaluate(
      async ({ text, cols }) => {
        const terminal = new globalThis.Terminal({
          cols,
          rows: 50,
          scrollback: 5_000,
          convertEol: false,
          cursorStyle: 'bar',
          fontSize: 12,
          fontFamily: 'DejaVu Sans Mono, monospace',
          theme: { background: '#16181d' },
        });
        terminal.open(document.querySelector('#t'));
        await new Promise((written) => terminal.write(`${text}\u001B[?25l`, written));
        const { baseY, cursorY } = terminal.buffer.active;
        terminal.resize(cols, Math.min(150, baseY + cursorY + 1));
        terminal.scrollToBottom();
        await new Promise((drawn) => setTimeout(drawn, 300));
      },
      { text: `${prompt ? `$ ${line}\r\n` : ''}${seen}`, cols: columns },
    );
    await page.locator('#t').screenshot({ path: join(out, `${file}.png`) });
    await page.close();
    console.log(file);
  }
}

async function reportPictures(name, id) {
  const names = ['light', 'dark'].flatMap((scheme) => [400, 1_280].map((width) => ({ scheme, width })));
  const these = names.filter(({ scheme, width }) => isWanted(`report-${name}-${scheme}-${width}`));
  if (these.length === 0) return;
  const file = join(folder, `${name}.html`);
  await fanfold('report', id, '--out', file);
  for (const { scheme, width } of these) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    await page.goto(`file://${file}`);
    await sleep(300);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width, height: Math.min(height, forReadme ? 900 : 4_000) };
    await page.screenshot({ path: join(out, `report-${name}-${scheme}-${width}.png`), clip, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) console.log(`report-${name} at ${width} px is ${wide} px wide`);
    await page.close();
    console.log(`report-${name}-${scheme}-${width}`);
  }
}

async function webUiPicture(name, id) {
  const file = `web-ui-${name}`;
  if (!isWanted(file)) return;
  const { webUi } = JSON.parse(await fanfold('show', id, '--json'));
  const page = await browser.newPage({ viewport: { width: 1_100, height: 760 } });
  await page.goto(webUi);
  await page.waitForLoadState('networkidle').catch(() => {});
  await sleep(4_000);
  // The branches are what it is about; they stand below the input.
  await page.mouse.move(600, 100);
  await page.mouse.wheel(0, 1_000);
  await sleep(300);
  await page.screenshot({ path: join(out, `${file}.png`) });
  console.log(file);
  // What is told of the run as a whole stands behind a tab.
  await page.getByText('User Metadata').first().click();
  await sleep(2_000);
  await page.screenshot({ path: join(out, `${file}-metadata.png`) });
  await page.close();
  console.log(`${file}-metadata`);
}

/** So many documents of one sentence, as JSON Lines. */
const documents = (count) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      id: `invoice-${at + 1}`,
      text: `Invoice ${at + 1}: the customer pays ${at + 3} euros in ${(at % 30) + 1} days.`,
    }),
  ).join('\n');

try {
  await mkdir(out, { recursive: true });
  await cp(join(root, 'examples'), folder, { recursive: true });
  for (const count of [100, 300, 3_000]) await writeFile(join(folder, `docs-${count}.jsonl`), documents(count));
  const quiet = ['--offline', '--quiet', '--json'];
  /** Runs that reports and the Web UI are looked at of. */
  const runs = {
    perspectives: ['perspectives', 'service-agreement.md'],
    research: ['research', 'When are invoices due?', '--sources', 'files:.'],
    graph: ['graph', 'contract-review.yaml', '--input', 'document=@service-agreement.md'],
    agent: ['agent', 'Look up the revenue of the regions north, south and west', '--tools', 'tools.mjs'],
    gather: ['gather', 'personal data breach notice', '--sources', 'files:.', '--answer'],
    validate: ['validate', 'service-agreement.md', '--checks-file', 'checks.yaml'],
    map: ['map', 'messages.csv', '--prompt-file', 'classify.md', '--schema', 'label.json'],
    compare: ['compare', '--variants', 'prompts.yaml', '--document', 'service-agreement.md'],
    'wide-100': ['summarise', '--from', 'docs-100.jsonl'],
    'wide-3000': ['summarise', '--from', 'docs-3000.jsonl'],
  };
  for (const [name, given] of Object.entries(runs)) {
    const names = [
      `report-${name}-light-400`,
      `report-${name}-light-1280`,
      `report-${name}-dark-400`,
      `report-${name}-dark-1280`,
    ];
    if (![...names, `web-ui-${name}`].some(isWanted)) continue;
    await fanfold(...given, '--id', name, ...quiet);
    await reportPictures(name, name);
    await webUiPicture(name, name);
  }
  await terminalPicture(
    'terminal-perspectives',
    'fanfold perspectives service-agreement.md --offline --fresh --perspectives legal,security',
  );
  await terminalPicture(
    'terminal-live',
    'fanfold perspectives architecture-proposal.md --offline --fresh --follow-text',
    { until: /● legal[^\n]*at work/ },
  );
  await terminalPicture('terminal-300', 'fanfold summarise --from docs-300.jsonl --offline');
  await terminalPicture('terminal-wide-live', 'fanfold summarise --from docs-3000.jsonl --offline --fresh', {
    until: /[1-9]\d* of 3,000/,
  });
  await terminalPicture(
    'terminal-approval',
    'fanfold agent "File a report with the board" --offline --fresh --tools tools.mjs',
    { until: /allow[^\n]*\?|y\/n/i },
  );
  await terminalPicture('terminal-list', 'fanfold list');
  await terminalPicture('terminal-help', 'fanfold perspectives --help');
  await terminalPicture('terminal-doctor', 'fanfold doctor --offline');
  if (forReadme) {
    const shown = join(root, 'docs/pictures');
    await mkdir(shown, { recursive: true });
    for (const [name, as] of Object.entries(inReadme)) {
      await copyFile(join(out, `${name}.png`), join(shown, `${as}.png`));
      const { length } = await readFile(join(shown, `${as}.png`));
      console.log(`docs/pictures/${as}.png: ${Math.round(length / 1_000)} KB`);
    }
  }
} catch (error) {
  if (!isEnding) throw error;
} finally {
  // Whoever has interrupted it ends it.
  if (isEnding) await new Promise(() => {});
  await end();
}

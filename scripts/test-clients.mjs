import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { startOfflineModel } from '@fanfold/offline-model';
import { rules } from './clients/rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const key = 'made-up-token-1';
const [folder, isToWrite] = [process.argv[2], process.argv.includes('--write')];
const page = join(root, 'docs', 'clients.md');

const python = join(folder, 'python', 'bin', 'python');
/** The clients: what runs them, and which package has their version. */
const clients = [
  { title: 'anthropic (Python)', run: [python, 'python.py'], version: 'pip anthropic' },
  { title: '@anthropic-ai/sdk', run: [process.execPath, 'typescript.mjs'], version: 'npm @anthropic-ai/sdk' },
  { title: 'AI SDK', run: [process.execPath, 'ai-sdk.mjs'], version: 'npm ai' },
  { title: 'LangChain (JS)', run: [process.execPath, 'langchain.mjs'], version: 'npm @langchain/anthropic' },
  { title: 'LangChain (Python)', run: [python, 'langchain_python.py'], version: 'pip langchain-anthropic' },
  { title: 'LiteLLM (Python)', run: [python, 'litellm_python.py'], version: 'pip litellm' },
];

/** A gateway in front of the model, as a command of its own. */
async function startGateway(baseURL, ...flags) {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-clients-'));
  const { FANFOLD_GATEWAY: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [join(root, 'dist', 'cli', 'fanfold.js'), 'gateway', '--listen', '127.0.0.1:0', '--quiet', ...flags],
    {
      env: {
        ...env,
        ANTHROPIC_BASE_URL: baseURL,
        ANTHROPIC_API_KEY: key,
        FANFOLD_HOME: join(home, 'home'),
        FANFOLD_CONFIG: join(home, 'config'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [address] = await firstLine(child);
  const stop = async () => {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  };
  return { address, stop };
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return [line];
  throw new Error('The gateway has ended before it listened.');
}

/**
 * What a client's program says, check by check.
 * @param {string[]} run
 */
async function outcomes([command = '', program = ''], baseURL, mark) {
  const copied = join(folder, program);
  const environment = {
    ...process.env,
    BASE_URL: baseURL,
    API_KEY: key,
    MARK: mark,
    ANTHROPIC_BASE_URL: '',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  };
  await copyFile(join(root, 'scripts', 'clients', program), copied);
  for (const shared of ['typescript.mjs', 'checks.py'])
    await copyFile(join(root, 'scripts', 'clients', shared), join(folder, shared));
  const child = spawn(command, [copied], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-2_000)));
  const found = new Map();
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const { name, why } = JSON.parse(line);
    found.set(name, why ?? null);
  }
  if (found.size === 0) throw new Error(`${program} said nothing. ${complaint}`);
  return found;
}

async function versions() {
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const pinned = (await readFile(join(folder, 'requirements.txt'), 'utf8')).trim().split('\n');
  const pip = Object.fromEntries(pinned.map((line) => line.split('==')));
  return (version) => {
    const [kind, name] = version.split(' ');
    return kind === 'npm' ? dependencies[name] : pip[name];
  };
}

/** The ways that each client goes, by their names. */
const ways = {
  direct: async (model) => ({ address: model.url, stop: async () => {} }),
  gateway: (model) => startGateway(model.url),
  'gateway with journal': (model) => startGateway(model.url, '--journal-all'),
};

/** Runs the lines of docs/gateway.md in Python, one after the other, as they stand. */
async function readPage() {
  const text = await readFile(join(root, 'docs', 'gateway.md'), 'utf8');
  const blocks = [...text.matchAll(/^```python\n(.*?)^```$/gms)].map(([, block]) => block);
  const model = await startOfflineModel({ latencyMs: 5 });
  const { address, stop } = await startGateway(model.url);
  try {
    const program = join(folder, 'page.py');
    await writeFile(program, blocks.join('').replaceAll('http://127.0.0.1:8235', address));
    const child = spawn(python, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    const [code] = await once(child, 'close');
    const isRight = code === 0 && blocks.length === 3 && said.includes('hit True') && model.total === 3;
    if (!isRight) failures.push(`docs/gateway.md, Python: ended with ${code} after ${model.total} calls: ${said}`);
  } finally {
    await stop();
    await model.stop();
  }
}

const version = await versions();
const table = new Map();
const failures = [];
for (const client of clients) {
  for (const [way, start] of Object.entries(ways)) {
    const model = await startOfflineModel({ latencyMs: 5, batchMs: 50, script: rules() });
    const { address, stop } = await start(model);
    try {
      for (const [name, why] of await outcomes(client.run, address, way)) {
        const row = table.get(name) ?? new Map();
        table.set(name, row);
        row.set(client.title, [...(row.get(client.title) ?? []), why === null]);
        if (why !== null) failures.push(`${client.title}, ${way}, ${name}: ${why}`);
      }
    } finally {
      await stop();
      await model.stop();
    }
  }
}

await readPage();

const cell = (passed) => (passed === undefined ? '–' : passed.every(Boolean) ? 'yes' : 'no');
const heading = clients.map(({ title, version: of }) => `${title} ${version(of)}`);
const lines = [
  `| | ${heading.join(' | ')} |`,
  `|---|${clients.map(() => '---|').join('')}`,
  ...[...table].map(([name, row]) => `| ${name} | ${clients.map(({ title }) => cell(row.get(title))).join(' | ')} |`),
];
process.stdout.write(`${lines.join('\n')}\n`);
for (const failure of failures) process.stderr.write(`${failure}\n`);
if (isToWrite) {
  const text = await readFile(page, 'utf8');
  const [before, after] = [text.indexOf('<!-- matrix -->'), text.indexOf('<!-- end of matrix -->')];
  await writeFile(page, `${text.slice(0, before)}<!-- matrix -->\n\n${lines.join('\n')}\n\n${text.slice(after)}`);
}
process.exitCode = failures.length > 0 ? 1 : 0;

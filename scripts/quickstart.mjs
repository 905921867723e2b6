// Starts a server with its Web UI and a worker, runs `perspectives` on an example, and shows what came of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startOfflineModel } from '@fanfold/offline-model';

const usage = `Usage: scripts/quickstart [--crash] [--api]

  --crash  kill the worker halfway, start another, and show that no branch was asked again
  --api    ask the Anthropic API with ANTHROPIC_API_KEY instead of the offline model; this costs money
`;

const entry = fileURLToPath(new URL('../dist/cli/fanfold.js', import.meta.url));
// Each in a process group of its own: the terminal's Ctrl-C reaches this script alone, which passes it on once. Twice would end
// them at once, without stopping their server.
const started = new Set();
let stayingUp = false;
/** What is to be undone where it ends before its time. @type {() => Promise<unknown>} */
let undo = async () => {};
/** What is done last, however it ends. @type {() => Promise<unknown>} */
let stopLast = async () => {};

const interruption = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve);
});

/** Starts a fanfold command that is shown as if it had been typed. */
async function shown(words, env = {}) {
  const child = spawn(process.execPath, [entry, ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...env },
  });
  started.add(child);
  const [code] = await once(child, 'close');
  started.delete(child);
  if (code !== 0) throw new Error(`\`fanfold ${words[0]}\` ended with exit code ${code}.`);
}

/** Starts a fanfold command; what it says on standard error is shown and can be waited for. */
function fanfold(words, { show = true, print = false, env = {} } = {}) {
  const child = spawn(process.execPath, [entry, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  started.add(child);
  let said = '';
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
    if (print) process.stdout.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (show) process.stderr.write(text);
  });
  const ended = once(child, 'close').then(([code]) => {
    started.delete(child);
    return { code, stdout: printed, stderr: said };
  });
  return {
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
    /** Waits until it has said something that matches. */
    async said(pattern) {
      for (;;) {
        const found = pattern.exec(said);
        if (found !== null) return found;
        const event = await Promise.race([once(child.stderr, 'data'), ended]);
        if (!Array.isArray(event))
          throw new Error(`\`fanfold ${words[0]}\` ended with exit code ${event.code}.\n${said}`);
      }
    },
  };
}

function say(text) {
  process.stderr.write(`\nquickstart: ${text}\n`);
}

async function main() {
  const { values: flags } = parseArgs({
    options: { crash: { type: 'boolean' }, api: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (flags.help) return void process.stdout.write(usage);
  if (flags.api && flags.crash) throw new Error('--crash counts the calls at the offline model; use it without --api.');
  if (flags.api && !process.env.ANTHROPIC_API_KEY) throw new Error('--api needs ANTHROPIC_API_KEY to be set.');
  await (flags.crash ? crash() : fourPerspectives(flags.api === true));
}

async function fourPerspectives(api) {
  say('starting a Temporal server with its Web UI, and a worker');
  const dev = fanfold(['dev']);
  await dev.said(/ serves fanfold/);
  say(
    api
      ? 'four specialists read examples/service-agreement.md through the Anthropic API'
      : 'four specialists read examples/service-agreement.md; the offline model answers, which quotes and does not reason',
  );
  await shown(['perspectives', 'examples/service-agreement.md', '--fresh', ...(api ? [] : ['--offline'])]);
  await stayUp(dev);
}

const manyPerspectives = [
  'legal',
  'technical',
  'financial',
  'security',
  'privacy',
  'procurement',
  'operations',
  'exit',
];

async function crash() {
  const model = await startOfflineModel();
  const env = { FANFOLD_OFFLINE_URL: model.url };
  const workflowId = `crash-${Date.now().toString(36)}`;
  // What the command starts in the background would stay up for minutes.
  stopLast = () => fanfold(['stop'], { show: false }).ended;
  // A run that is left going needs the model, which ends with this script.
  undo = () => fanfold(['cancel', workflowId], { show: false, env }).ended;
  try {
    say(`eight specialists read examples/service-agreement.md, two at a time, as ${workflowId}`);
    const words = ['--fresh', '--perspectives', manyPerspectives.join(','), '--concurrency', '2', '--id', workflowId];
    const run = fanfold(['perspectives', 'examples/service-agreement.md', '--offline', ...words], { print: true, env });
    const [, pid] = await run.said(/worker in the background \(process (\d+)\)/);
    await run.said(/\[4\/8\]/);
    process.kill(Number(pid), 'SIGKILL');
    const finished = await keysOf(workflowId, env);
    const inFlight = manyPerspectives.filter((key) => !finished.includes(key) && callsFor(model, key) > 0);
    say(
      `killed the worker (kill -9 ${pid}) with ${finished.length} of 8 branches finished and ${inFlight.length} in flight.\n` +
        'The command starts another, which takes over the branches of the dead one at once.',
    );
    const { code } = await run.ended;
    if (code !== 0) throw new Error(`The run ended with exit code ${code}.`);
    say('calls that the model received, branch by branch:');
    for (const key of manyPerspectives) {
      const state = finished.includes(key)
        ? 'finished before the kill'
        : inFlight.includes(key)
          ? 'in flight at the kill'
          : 'not yet begun';
      process.stderr.write(`  ${key.padEnd(12)} ${callsFor(model, key)}   ${state}\n`);
    }
    const again = manyPerspectives.filter((key) => callsFor(model, key) !== 1);
    if (again.length > 0) throw new Error(`Not asked once: ${again.join(', ')}.`);
    undo = async () => {};
    say('no branch was asked again: calls belong to the gateway of the home, and outlast the worker.');
    if (hasTerminal()) await stayUp(fanfold(['dev'], { show: false, env }));
  } finally {
    await model.stop();
  }
}

/** Branches of which the server knows the outcome. */
async function keysOf(workflowId, env) {
  const { stdout } = await fanfold(['show', workflowId, '--json'], { show: false, env }).ended;
  return JSON.parse(stdout).branches.map(({ key }) => key);
}

function callsFor(model, key) {
  const own = {
    legal: 'lawyer',
    technical: 'systems engineer',
    financial: 'financial analyst',
    security: 'security engineer',
  };
  return model.count({ prompt: own[key] ? `as a ${own[key]}` : `perspective: ${key}.` });
}

function hasTerminal() {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

async function stayUp(server) {
  if (hasTerminal()) {
    say('look at the run in the Web UI, at the address above. Ctrl-C stops everything.');
    stayingUp = true;
    await Promise.race([server.ended, interruption]);
  }
  server.kill('SIGINT');
  await server.ended;
}

async function untilInterrupted() {
  await interruption;
  if (stayingUp) await new Promise(() => {});
  throw new Error('interrupted.');
}

try {
  await Promise.race([main(), untilInterrupted()]);
} catch (error) {
  process.stderr.write(`\nquickstart: ${error.message}\n`);
  process.exitCode = 1;
  await undo();
}
const ending = [...started].map((child) => once(child, 'close'));
for (const child of started) child.kill('SIGINT');
await Promise.all(ending);
await stopLast();
process.exit();

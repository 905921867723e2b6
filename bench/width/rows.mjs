// `fanfold map` over so many rows, up to a million: what grows with them, and what does not.
//   npm run build && node bench/width/rows.mjs [10000,100000] [concurrency] [kill]
// Each width has a home of its own and is a command of its own; its worker is killed with -9 when half of the calls are answered and
// another takes its place, where `kill` says so. The answers are checked: each row once, in input order.
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';

import { entry, Stage } from './stage.mjs';
import { peakMb, residentMb, usageOf } from './usage.mjs';

const widths = (process.argv[2] ?? '10000,100000').split(',').map(Number);
const concurrency = process.argv[3] ?? '200';
const kills = process.argv[4] === 'kill';

async function writeRows(path, count) {
  const rows = function* rows() {
    for (let index = 0; index < count; index += 1) {
      yield `${JSON.stringify({ id: `r${index}`, text: `The supplier of annex ${index} owes notice.` })}\n`;
    }
  };
  await pipeline(Readable.from(rows()), createWriteStream(path));
}

/** @throws Error where a row is missing, twice, out of order or not ok */
async function checkRows(path, count) {
  let index = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { _row: row, _status: status, answer } = JSON.parse(line);
    if (String(row) !== `r${index}` || status !== 'ok' || !answer.includes(`annex ${index} `)) {
      throw new Error(`Expected row ${index} to be answered, got ${line.slice(0, 200)}.`);
    }
    index += 1;
  }
  if (index !== count) throw new Error(`Expected ${count} rows, got ${index}.`);
}

/** Files of a folder and their bytes, in MB. */
async function sizeOf(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(names.map((name) => stat(join(folder, name))));
  const found = files.filter((file) => file.isFile());
  return { files: found.length, mb: found.reduce((sum, { size }) => sum + size, 0) / 1_048_576 };
}

/** The executions of a run, one for each time that it continued as new. */
async function executionsOf(client, workflowId) {
  const all = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { raw, historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    all.push({ events: historyLength, bytes: Number(raw.workflowExecutionInfo.historySizeBytes) });
  }
  return all;
}

async function measure(count) {
  const stage = await Stage.open();
  try {
    const { url, tally } = await stage.startModel('5');
    const env = stage.env(url);
    const rows = join(stage.directory, 'rows.jsonl');
    const out = join(stage.directory, 'answers.jsonl');
    await writeRows(rows, count);
    let worker = await stage.startWorker(env);
    const peaks = { worker: 0, command: 0 };
    const tenths = [];
    let workerCpuMs = 0;
    const flags = [
      '--id-field',
      'id',
      '--max-tokens',
      '100',
      '--concurrency',
      concurrency,
      '--id',
      'rows',
      '--out',
      out,
    ];
    const words = [entry, 'map', rows, '--prompt', 'Repeat: {{ text }}', ...flags];
    const startedAt = performance.now();
    const command = stage.spawn(words, env);
    const ended = once(command, 'exit');
    const look = () => {
      peaks.worker = Math.max(peaks.worker, peakMb(worker.pid));
      peaks.command = Math.max(peaks.command, peakMb(command.pid));
      return usageOf([worker.pid]).cpuMs;
    };
    let killedAt;
    while (command.exitCode === null && command.signalCode === null) {
      await Promise.race([sleep(500), ended]);
      if (command.exitCode === null) workerCpuMs = look();
      const { answered } = await tally();
      if (answered >= ((tenths.length + 1) * count) / 10) tenths.push(Math.round(residentMb(worker.pid)));
      if (!kills || killedAt !== undefined || answered < count / 2) continue;
      killedAt = workerCpuMs;
      const exit = once(worker, 'exit');
      worker.kill('SIGKILL');
      await exit;
      worker = await stage.startWorker(env);
    }
    const ms = performance.now() - startedAt;
    if (command.exitCode !== 0) throw new Error(`Expected exit code 0, got ${command.exitCode ?? command.signalCode}.`);
    await checkRows(out, count);
    const { address } = await stage.server(env);
    const connection = await Connection.connect({ address });
    const executions = await executionsOf(new Client({ connection }), 'rows');
    await connection.close();
    const store = await sizeOf(join(env.FANFOLD_HOME, 'blobs'));
    const { calls } = await tally();
    await stage.stopWorker(worker);
    return {
      rows: count,
      s: (ms / 1_000).toFixed(1),
      'ms a row': (ms / count).toFixed(3),
      'CPU of the worker, ms a row': (((killedAt ?? 0) + workerCpuMs) / count).toFixed(3),
      'peak of the worker, MB': Math.round(peaks.worker),
      'peak of the command, MB': Math.round(peaks.command),
      'of the worker at each tenth, MB': tenths.join(' '),
      executions: executions.length,
      'most events': Math.max(...executions.map(({ events }) => events)),
      'largest history, MB': (Math.max(...executions.map(({ bytes }) => bytes)) / 1_048_576).toFixed(2),
      'files in the store': store.files,
      'bytes a row in the store': Math.round((store.mb * 1_048_576) / count),
      'calls made again': calls - count,
    };
  } finally {
    await stage.close();
  }
}

for (const count of widths) console.log(JSON.stringify(await measure(count)));

// Where the milliseconds of a narrow run go, as its user waits for them: a warm home, the defaults, calls of 200 ms.
//   npm run build && node bench/budget.mjs [widths] [rounds]
// It prints a table in Markdown: medians of what the clock outside the command and the run's own history say, and the machine's load.
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';

import { Client, Connection } from '@temporalio/client';

import { entry, median, Stage } from './width/stage.mjs';

const widths = (process.argv[2] ?? '4,10,50').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 15);
const callMs = 200;

const stage = await Stage.open();

/** How long a process takes, whatever it says. */
async function spent(words, env) {
  const began = performance.now();
  const child = stage.spawn(words, env);
  child.stdout.resume();
  child.stderr?.resume();
  await new Promise((resolve) => child.once('close', resolve));
  return performance.now() - began;
}

/** The moments of a run's history, in milliseconds since the epoch. */
function momentsOf(events) {
  const at = events.map(({ eventTime }) => Number(eventTime.seconds) * 1_000 + eventTime.nanos / 1e6);
  const timesOf = (attributes) => at.filter((_, index) => events[index][attributes] != null);
  const activities = events.flatMap((event, index) => {
    const ended = event.activityTaskCompletedEventAttributes;
    if (ended == null) return [];
    const [scheduled, started] = [ended.scheduledEventId, ended.startedEventId].map((id) => at[Number(id) - 1]);
    return [{ scheduled, started, completed: at[index] }];
  });
  return {
    start: at[0],
    taskStarted: timesOf('workflowTaskStartedEventAttributes')[0],
    taskCompleted: timesOf('workflowTaskCompletedEventAttributes')[0],
    firstStarted: Math.min(...activities.map(({ started }) => started)),
    lastStarted: Math.max(...activities.map(({ started }) => started)),
    attempt: median(activities.map(({ started, completed }) => completed - started)),
    lastCompleted: Math.max(...activities.map(({ completed }) => completed)),
    end: at.at(-1),
  };
}

/** One command by its parts. What is not in a history is what is left of the whole. */
async function parts(count, env, client) {
  const words = await stage.durable(count);
  const began = Date.now();
  const printed = await stage.output(words, { env });
  const ended = Date.now();
  const { events } = await client.workflow.getHandle(printed.workflowId, printed.runId).fetchHistory();
  const run = momentsOf(events);
  return {
    'from the shell to the run’s start': run.start - began,
    'until a worker has its first task': run.taskStarted - run.start,
    'first workflow task': run.taskCompleted - run.taskStarted,
    'until the first attempt starts': run.firstStarted - run.taskCompleted,
    'until the last attempt starts': run.lastStarted - run.firstStarted,
    [`attempt, without the ${callMs} ms of its call`]: run.attempt - callMs,
    'from the last attempt’s start to its end, without an attempt': run.lastCompleted - run.lastStarted - run.attempt,
    'from the last answer to the run’s end': run.end - run.lastCompleted,
    'from the run’s end to the shell': ended - run.end,
    'run alone': run.end - run.start,
    'whole command': ended - began,
  };
}

try {
  const { url } = await stage.startModel(String(callMs));
  const env = stage.env(url);
  for (const count of widths)
    for (let round = 0; round < 3; round += 1) await stage.output(await stage.durable(count), { env });
  const { address } = JSON.parse(await readFile(`${env.FANFOLD_HOME}/server.json`, 'utf8'));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const measured = widths.map(() => []);
  const node = [];
  const load = [];
  const loads = [loadavg()[0]];
  for (let round = 0; round < rounds; round += 1) {
    node.push(await spent(['-e', '0'], env));
    // It loads what every command does that asks the server, and is refused before it asks.
    load.push(await spent([entry, 'show'], env));
    for (const [index, count] of widths.entries()) measured[index].push(await parts(count, env, client));
    loads.push(loadavg()[0]);
  }
  await connection.close();
  await spent([entry, 'stop'], env);

  console.log(
    `| ms | ${widths.map((count) => `${count} calls`).join(' | ')} |\n|---|${widths.map(() => '---|').join('')}`,
  );
  for (const part of Object.keys(measured[0][0])) {
    const cells = measured.map((values) => median(values.map((value) => value[part])).toFixed(0));
    console.log(`| ${part} | ${cells.join(' | ')} |`);
  }
  const [alone, loaded] = [node, load].map((values) => median(values).toFixed(0));
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((value) => value.toFixed(1));
  console.log(
    `\nNode alone takes ${alone} ms, and with what a command loads ${loaded} ms. Load of the machine: ${least} to ${most}.`,
  );
} finally {
  await stage.close();
}

#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Node 20.20, Linux: what the workflow sandbox takes beside the workflow's own code. A history that is made here is
# replayed, no server is needed.
# Expected: isolateExecutionTimeout is a timer, as good as free; the stack trace of waiting promises is made when somebody asks for it.
# Seen: a call into a vm with `timeout` makes a thread that lives as long as the call, and costs over eight times one without (seen: 25 to 110). The
# worker makes three such calls for each workflow task, whatever the timeout is. And from the start of each promise its stack is
# taken and put through the source map: a workflow's await costs over eight times the same await outside (seen: 30 to 1,150), so that some ten thousand
# promises in one task come near the five seconds that the sandbox allows. No option of the worker turns either off.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{worker,workflow,proto}@1.24.0 >/dev/null
cat >workflows.cjs <<'JS'
exports.awaits = async (count) => { for (let at = 0; at < count; at += 1) await null; };
exports.sleeps = async (count) => { for (let at = 0; at < count; at += 1) await require('@temporalio/workflow').sleep(1000); };
JS
cat >run.mjs <<'JS'
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
const cpu = async (work) => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};
const overEight = (dear, cheap) => { console.error(dear / cheap); return dear > 8 * cheap; };
const threads = () => readdirSync('/proc/self/task');
const script = new vm.Script('threads()');
const context = vm.createContext({ threads });
const timed = { timeout: 5000 };
const added = new Set();
for (let time = 0; time < 5; time += 1) {
  const before = threads();
  for (const thread of script.runInContext(context, timed)) if (!before.includes(thread)) added.add(thread);
}
console.log(`threads made by five calls with a timeout: ${added.size}`);
const empty = new vm.Script('1');
const times = (options) => () => { for (let call = 0; call < 3000; call += 1) empty.runInContext(context, options); };
times({})();
console.log(`with a timeout, over eight times: ${overEight(await cpu(times(timed)), await cpu(times({})))}`);

const require = createRequire(import.meta.url);
const workflows = require('./workflows.cjs');
await workflows.awaits(20_000);
const outside = await cpu(() => workflows.awaits(20_000));
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });
const workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('./workflows.cjs'), logger });
let calls = 0;
const real = vm.Script.prototype.runInContext;
vm.Script.prototype.runInContext = function (inside, options) {
  if (options?.timeout !== undefined) calls += 1;
  return real.call(this, inside, options);
};
const history = (type, count, sleeps) => {
  const events = [];
  const add = (name, attributes) => {
    const eventType = `EVENT_TYPE_${name}`;
    const field = `${name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase())}EventAttributes`;
    return events.push({ eventId: events.length + 1, eventTime: { seconds: 1_767_225_600 }, eventType, [field]: attributes });
  };
  const taskQueue = { name: 'none' };
  const task = () => {
    const scheduledEventId = add('WORKFLOW_TASK_SCHEDULED', { taskQueue, startToCloseTimeout: { seconds: 10 }, attempt: 1 });
    const startedEventId = add('WORKFLOW_TASK_STARTED', { scheduledEventId });
    return add('WORKFLOW_TASK_COMPLETED', { scheduledEventId, startedEventId });
  };
  const payloads = [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(String(count)) }];
  const runId = '00000000-0000-4000-8000-000000000001';
  add('WORKFLOW_EXECUTION_STARTED', { workflowType: { name: type }, taskQueue, originalExecutionRunId: runId, firstExecutionRunId: runId, workflowTaskTimeout: { seconds: 10 }, input: { payloads } });
  let workflowTaskCompletedEventId = task();
  for (let timerId = 1; timerId <= sleeps; timerId += 1) {
    const startedEventId = add('TIMER_STARTED', { timerId: String(timerId), startToFireTimeout: { seconds: 1 }, workflowTaskCompletedEventId });
    add('TIMER_FIRED', { timerId: String(timerId), startedEventId });
    workflowTaskCompletedEventId = task();
  }
  add('WORKFLOW_EXECUTION_COMPLETED', { workflowTaskCompletedEventId });
  return proto.temporal.api.history.v1.History.fromObject({ events });
};
const replay = (type, count, sleeps = 0) => Worker.runReplayHistory({ workflowBundle }, history(type, count, sleeps));
const counted = async (sleeps) => { calls = 0; await replay('sleeps', sleeps, sleeps); return calls; };
console.log(`calls for ten workflow tasks more: ${(await counted(11)) - (await counted(1))}`);
await replay('awaits', 1);
const bare = await cpu(() => replay('awaits', 1));
const inside = await cpu(() => replay('awaits', 20_000));
console.log(`await in a workflow, over eight times: ${overEight(inside - bare, outside)}`);
process.exit();
JS
seen=$(node run.mjs 2> >(tee ratios.log >&2)) || { tail -5 ratios.log; exit 1; }
expected='threads made by five calls with a timeout: 5
with a timeout, over eight times: true
calls for ten workflow tasks more: 30
await in a workflow, over eight times: true'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }

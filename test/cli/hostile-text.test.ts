import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { taskQueues } from '../../src/contract/names.js';
import { AgentDesk, own } from '../support/agent-desk.js';
import type { Desk } from '../support/fanfold.js';
import type { Ended } from '../support/ended.js';

/** Sets a terminal's title, then begins a line that looks like one of fanfold's. */
const hostile = '\u001B]0;made-up-title\u0007\r\nfanfold: made-up-line\u009B2J\u202E';

let desk: Desk;
let client: Client;
let connection: Connection;

beforeAll(async () => {
  ({ desk } = await AgentDesk.open());
  connection = await Connection.connect({ address: await desk.serverAddress() });
  client = new Client({ connection, namespace: desk.namespace ?? 'default' });
});

afterAll(async () => {
  await connection.close();
  await desk.close();
});

/** All that a command has sent to a terminal: line breaks and colours, and no line that a text has made up. */
function isHarmless({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): void {
  for (const sent of [stdout, stderr]) {
    // oxlint-disable-next-line no-control-regex
    const text = sent.replaceAll(/\u001B\[[\d;]*m/g, '');
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/);
    expect(text).not.toMatch(/^fanfold: made-up-line/m);
  }
}

describe.each([{ terminal: false }, { terminal: true }])('text of others, terminal: $terminal', ({ terminal }) => {
  const id = (name: string) => `${name}-${terminal ? 'terminal' : 'pipe'}`;

  it('the name of a tool that a model makes up is shown as text, and its call is called unknown', async () => {
    const task = `Do something odd, ${id('tool')}`;
    desk.model.script({ match: task, times: 1, fault: { kind: 'tool-calls', calls: [{ name: hostile, input: {} }] } });
    const ended = await desk.inProcess(own(task, '--id', id('tool')));
    isHarmless(ended);
    const run = await desk.json(['show', id('tool')]);
    expect(run.branches.map(({ key }) => key)).toEqual(['turn-1', 'unknown-1', 'turn-2']);
    expect(run.branches[1]?.error?.message).toContain('There is no tool `␛]0;made-up-title␇');
    const shown = await desk.inProcess(['show', id('tool')], { terminal });
    isHarmless(shown);
    expect(shown.stderr).toContain('unknown-1');
    if (terminal) expect(shown.stderr).toContain('\u001B[3');
  });

  it('so is what a run failed of', async () => {
    const task = `Do something refused, ${id('error')}`;
    desk.model.script({ match: task, times: 1, fault: { kind: 'refused', explanation: hostile } });
    const ended = await desk.inProcess(own(task, '--id', id('error')));
    expect(ended.code).toBe(4);
    isHarmless(ended);
    const shown = await desk.inProcess(['show', id('error')], { terminal });
    expect(shown.stderr).toContain('made-up-title');
    isHarmless(shown);
  });

  it('so are an answer, and the keys and names that it has', async () => {
    const task = `Answer oddly, ${id('answer')}`;
    desk.model.script({ match: task, times: 1, fault: { kind: 'answer', text: `${hostile}\n\n# Title\n\n**bold**` } });
    await desk.inProcess(own(task, '--id', id('answer')));
    const shown = await desk.inProcess(['show', id('answer')], { terminal });
    expect(shown.stdout).toContain('made-up-title');
    // An answer has lines of its own; nothing stands beside it that they could pass for.
    isHarmless({ ...shown, stdout: shown.stdout.replace('fanfold: made-up-line', '') });
  });

  it('so is the name of a file, and what is wrong with one', async () => {
    const name = `a\u001B]0;made-up-title\u0007\nfanfold: made-up-line-${id('file')}.md`;
    await writeFile(join(desk.directory, name), 'The customer pays in advance.');
    const ended = await desk.inProcess(['summarise', name, '--id', id('file')]);
    isHarmless(ended);
    isHarmless(await desk.inProcess(['show', id('file')], { terminal }));
    isHarmless(await desk.inProcess(['summarise', name, '--dry-run', '--offline'], { terminal }));
    const missing = await desk.inProcess(['summarise', `${name}.not`], { terminal });
    expect(missing.code).toBe(2);
    isHarmless(missing);
    isHarmless(await desk.inProcess([hostile], { terminal }));
    isHarmless(await desk.inProcess(['show', `x${hostile}`], { terminal }));
  });

  it('so are the ids and attributes of the runs of others', async () => {
    await client.workflow.start('agent', {
      workflowId: `${id('foreign')}${hostile}`,
      taskQueue: taskQueues.workflow,
      args: [{ task: hostile, tools: [], model: hostile }],
      searchAttributes: { FanfoldKind: [hostile], FanfoldStatus: [hostile] },
    });
    const listed = await desk.inProcess(['list'], { terminal });
    expect(listed.stdout).toContain('made-up-title');
    isHarmless(listed);
    isHarmless(await desk.inProcess(['show', `${id('foreign')}${hostile}`], { terminal }));
    isHarmless(await desk.inProcess(['slow'], { terminal }));
  });

  it('so is a patch on a terminal; a pipe has it to the byte', async () => {
    const text = 'The teh price is \u001B]0;made-up-title\u0007 high.\n';
    const checks = `checks:\n  teh: { pattern: teh, suggestion: "the\\e[2J", message: "odd\\e[2J" }\n`;
    await writeFile(join(desk.directory, 'checks.yaml'), checks);
    const words = ['validate', '-', '--checks', 'teh', '--checks-file', 'checks.yaml', '--fix', '--id', id('fix')];
    const shown = await desk.inProcess(words, { stdin: text, terminal: false });
    expect(shown.stdout).toContain(`-${text}`);
    expect(shown.stdout).toContain('+The the\u001B[2J price');
    // Started again with the same id, it is attached to, and printed anew.
    const onTerminal = await desk.inProcess(words, { stdin: text, terminal: true });
    expect(onTerminal.stdout).toContain('-The teh price is ␛]0;made-up-title␇ high.');
    isHarmless({ stdout: onTerminal.stdout, stderr: '' });
  });
});

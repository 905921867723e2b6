import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { AgentDesk, branch, own } from '../support/agent-desk.js';
import type { Desk } from '../support/fanfold.js';
import { patienceMs } from '../support/patience.js';

let agents: AgentDesk;
let desk: Desk;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  agents = await AgentDesk.open();
  ({ desk } = agents);
  connection = await Connection.connect({ address: await desk.serverAddress() });
  client = new Client({ connection, namespace: desk.namespace ?? 'default' });
});

afterAll(async () => {
  await connection.close();
  await desk.close();
});

/** The next turn about it wants a mail sent. */
function wants(match: string, input: Record<string, string>): void {
  desk.model.script({ match, times: 1, fault: { kind: 'tool-calls', calls: [{ name: 'send_mail', input }] } });
}

function update(workflowId: string, decision: object): Promise<unknown> {
  return client.workflow.getHandle(workflowId).executeUpdate('approve', { args: [decision] });
}

/** What the Web UI shows of an open run. */
async function detailsOf(workflowId: string): Promise<string> {
  const metadata = await client.workflow
    .getHandle(workflowId)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

describe('what changes something', () => {
  it('waits to be allowed, is shown as waiting, and goes on when it is', async () => {
    const running = desk.start(own('Send a mail', '--id', 'mail', '--json'));
    await running.said(/send_mail-1 waits to be allowed:\n[^]* {2}fanfold approve mail send_mail-1 \[--deny\]\n/);
    const shown = await desk.json(['show', 'mail']);
    expect(shown).toMatchObject({
      status: 'running',
      approvals: [{ key: 'send_mail-1', tool: 'send_mail', takesName: false }],
    });
    // The server lists a run a moment after it has begun.
    await vi.waitFor(async () => {
      const listed = await desk.json<{ workflowId: string }[]>(['list', '--waiting']);
      expect(listed.find(({ workflowId }) => workflowId === 'mail')).toMatchObject({ waiting: 1, branches: 2 });
    }, patienceMs);
    expect(await agents.calls()).not.toContain('mail');
    const wrong = await desk.fanfold(['approve', 'mail', 'get_cost-1']);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('Expected a call that waits to be allowed'),
    ]);
    expect((await desk.fanfold(['approve', 'mail'])).code).toBe(0);
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect([run.status, branch(run, 'send_mail-1').output]).toEqual(['complete', 'The mail was sent.']);
    expect((await agents.calls()).filter((line) => line === 'mail')).toHaveLength(1);
  });

  it('is not done where it is refused, and the model is told why', async () => {
    const running = desk.begin(own('Send a mail now', '--id', 'no-mail', '--json'));
    await running.said(/waits to be allowed/);
    await desk.fanfold(['approve', 'no-mail', '--deny', '--reason', 'not on a Friday']);
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect(branch(run, 'send_mail-1').error).toEqual({
      type: 'NotAllowed',
      message: 'The call is not allowed: not on a Friday',
    });
    expect(run.output).toContain('not on a Friday');
  });

  it('is shown whole, field by field, wherever the recipient stands', async () => {
    const input = { subject: `About ${'x'.repeat(300)}`, body: 'One.\nfanfold: two', to: 'ann@example.org' };
    wants('the long mail', input);
    const running = desk.begin(own('Send the long mail', '--id', 'long', '--json'));
    const [said] = await running.said(/send_mail-1 waits[^]* \[--deny\]\n/);
    expect(said.split('\n')).toEqual([
      'send_mail-1 waits to be allowed:',
      `  subject: ${input.subject}`,
      '  body:',
      '    │ One.',
      '    │ fanfold: two',
      '  to: ann@example.org',
      '  fanfold approve long send_mail-1 [--deny]',
      '',
    ]);
    const shown = await desk.json(['show', 'long']);
    expect(shown.approvals).toEqual([{ key: 'send_mail-1', tool: 'send_mail', input, takesName: false }]);
    expect((await desk.fanfold(['show', 'long'])).stderr).toContain('    to: ann@example.org\n');
    const details = await detailsOf('long');
    expect(details).toContain('- ` to `: ` ann@example.org `');
    expect(details).toContain('- ` body `: ` One.␊fanfold: two `');
    expect((await desk.fanfold(['approve', 'long'])).code).toBe(0);
    expect((await running.ended).code).toBe(0);
  });

  it('is shown whole on a terminal with fewer rows than it has lines', async () => {
    wants('the tall mail', {
      to: 'ann@example.org',
      // Each is short enough to be shown whole; together they are taller than the screen.
      ...Object.fromEntries([0, 14, 28].map((first) => [`part${first}`, rowsFrom(first)])),
    });
    const running = desk.inProcess(own('Send the tall mail', '--id', 'tall'), { terminal: true });
    await vi.waitFor(async () => expect((await desk.json(['show', 'tall'])).approvals).toHaveLength(1), patienceMs);
    // The picture takes in what has happened every 100 ms; nothing is lost where this is too short.
    await sleep(1_000);
    await desk.fanfold(['approve', 'tall']);
    const { stderr } = await running;
    expect(stderr).toContain(
      'fanfold: send_mail-1 waits to be allowed:\n  to: ann@example.org\n  part0:\n    │ row 0\n',
    );
    expect(stderr).toContain('    │ row 41\n  fanfold approve tall send_mail-1 [--deny]\n');
  });

  it('takes its name where its input is shown cut, from the command and from whoever sends the update', async () => {
    const input = { body: 'x'.repeat(3_000), to: 'ann@example.org' };
    wants('the huge mail', input);
    const running = desk.begin(own('Send the huge mail', '--id', 'huge', '--json'));
    const [said] = await running.said(/send_mail-1 waits[^]* \[--deny\]\n/);
    expect(said).toContain('    … 2,000 characters left out\n  to: ann@example.org\n');
    expect(said).toContain('`fanfold approve` takes its name');
    const shown = await desk.json(['show', 'huge']);
    expect(shown.approvals).toEqual([{ key: 'send_mail-1', tool: 'send_mail', input, takesName: true }]);
    const unnamed = await desk.fanfold(['approve', 'huge']);
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('Expected the calls to be named, for the input of send_mail-1 is large or shown cut'),
    ]);
    for (const decision of [{ allow: true }, { allow: true, keys: [] }]) {
      await expect(update('huge', decision)).rejects.toThrow();
    }
    expect((await desk.fanfold(['approve', 'huge', 'send_mail-1'])).code).toBe(0);
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect(branch(run, 'send_mail-1').status).toBe('ok');
  });

  it('is refused without its name, however large it is', async () => {
    wants('the other mail', { body: 'x'.repeat(3_000) });
    const running = desk.begin(own('Send the other mail', '--id', 'other', '--json'));
    await running.said(/send_mail-1 waits/);
    expect((await desk.fanfold(['approve', 'other', '--deny'])).code).toBe(0);
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect(branch(run, 'send_mail-1').error?.type).toBe('NotAllowed');
  });

  it('is done at once where it is allowed from the start', async () => {
    const run = await desk.json(own('Send a mail at once', '--allow', 'send_mail'));
    expect(branch(run, 'send_mail-1').status).toBe('ok');
  });

  // The last, for commands after it would each start a worker.
  it('waits on where the worker is killed meanwhile, and is then done once', async () => {
    const before = (await agents.calls()).filter((line) => line === 'mail').length;
    const running = desk.start(own('Send a mail please', '--id', 'patient', '--json'));
    await running.said(/waits to be allowed/);
    for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
    await running.kill();
    expect((await desk.fanfold(['approve', 'patient'])).code).toBe(0);
    const run = await desk.json(['watch', 'patient']);
    expect([run.status, branch(run, 'send_mail-1').status]).toEqual(['complete', 'ok']);
    expect((await agents.calls()).filter((line) => line === 'mail')).toHaveLength(before + 1);
  });
});

function rowsFrom(first: number): string {
  return Array.from({ length: 14 }, (_, at) => `row ${first + at}`).join('\n');
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { AgentDesk, branch, own } from '../support/agent-desk.js';
import type { Desk } from '../support/fanfold.js';

let agents: AgentDesk;
let desk: Desk;

beforeAll(async () => {
  agents = await AgentDesk.open();
  ({ desk } = agents);
});

afterAll(() => desk.close());

describe('what changes something', () => {
  it('waits to be allowed, is shown as waiting, and goes on when it is', async () => {
    const running = desk.start(own('Send a mail', '--id', 'mail', '--json'));
    await running.said(/send_mail-1 waits to be allowed: .* fanfold approve mail send_mail-1/);
    const shown = await desk.json(['show', 'mail']);
    expect(shown).toMatchObject({ status: 'running', approvals: [{ key: 'send_mail-1' }] });
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
    const running = desk.start(own('Send a mail now', '--id', 'no-mail', '--json'));
    await running.said(/waits to be allowed/);
    await desk.fanfold(['approve', 'no-mail', '--deny', '--reason', 'not on a Friday']);
    const run = JSON.parse((await running.ended).stdout) as Run;
    expect(branch(run, 'send_mail-1').error).toEqual({
      type: 'NotAllowed',
      message: 'The call is not allowed: not on a Friday',
    });
    expect(run.output).toContain('not on a Friday');
  });

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

  it('is done at once where it is allowed from the start', async () => {
    const run = await desk.json(own('Send a mail at once', '--allow', 'send_mail'));
    expect(branch(run, 'send_mail-1').status).toBe('ok');
  });
});

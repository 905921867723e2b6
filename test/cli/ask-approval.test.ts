import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApprovalDesk, askApproval } from '../../src/cli/run/approval-desk.js';

/** Longer than what is typed ahead does not count, by the clock of the test. */
const readMs = 400;
let nowMs = 0;

beforeEach(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
});

afterEach(() => vi.restoreAllMocks());

/** Asks, and types the words one after the other, each once the question before it has been asked. */
async function asked(words: readonly string[], { takesName = false, beforeMs = readMs } = {}) {
  const stdin = new PassThrough();
  const said: string[] = [];
  const left = new AbortController();
  let hasEnded = false;
  const answer = askApproval(
    { key: 'send_mail-1', takesName },
    { stdin, stderr: { write: ({ text }) => said.push(text) } },
    left.signal,
  ).finally(() => (hasEnded = true));
  for (const word of words) {
    const questions = said.length;
    nowMs += beforeMs;
    stdin.write(`${word}\n`);
    while (said.length === questions && !hasEnded) await setImmediate();
  }
  left.abort();
  return { answer: await answer, said: said.join('') };
}

describe('a call that waits for a person, at a terminal', () => {
  it('is allowed by y, and refused by n', async () => {
    expect(await asked(['y'])).toEqual({ answer: true, said: 'Allow send_mail-1? [y/n] ' });
    expect((await asked(['n'])).answer).toBe(false);
  });

  it('is asked about again after anything else (ApprovalDesk-1)', async () => {
    const { answer, said } = await asked(['', 'perhaps', 'yes']);
    expect(answer).toBe(true);
    expect(said.split('Allow').length - 1).toBe(3);
  });

  it('takes its name where it is shown cut (ApprovalDesk-1)', async () => {
    expect((await asked(['y'], { takesName: true })).answer).toBeUndefined();
    expect((await asked(['send_mail-1'], { takesName: true })).answer).toBe(true);
  });

  it('is not decided by what was typed before the question could be read (ApprovalDesk-2)', async () => {
    expect((await asked(['y'], { beforeMs: 0 })).answer).toBeUndefined();
  });

  it('is left where the question is withdrawn', async () => {
    expect((await asked([])).answer).toBeUndefined();
  });

  it('is asked about once more after what is announced meanwhile (ApprovalDesk-3)', async () => {
    const [stdin, said] = [new PassThrough(), [] as string[]];
    const stderr = { write: ({ text }: { text: string }) => said.push(text) };
    const desk = new ApprovalDesk({} as never, {} as never, { stdin, stderr } as never, undefined);
    const announce = () => desk.beside(() => said.push('b waits\n'));
    announce();
    desk.add('1', { key: 'a', takesName: false } as never);
    while (said.length < 2) await setImmediate();
    announce();
    expect(said.join('')).toBe('b waits\nAllow a? [y/n] \nb waits\nAllow a? [y/n] ');
    // Typed for the question as it stood before.
    stdin.write('y\n');
    while (said.length < 6) await setImmediate();
    expect(said.at(-1)).toBe('Allow a? [y/n] ');
    desk.leave();
  });

  it('says so where no worker takes the answer, and which command starts one', async () => {
    const [stdin, said] = [new PassThrough(), [] as string[]];
    const stderr = { write: ({ text }: { text: string }) => said.push(text) };
    const untaken = new Promise(() => {});
    const client = { workflow: { getHandle: () => ({ executeUpdate: () => untaken }) } };
    const view = { workflowId: 'mail' };
    const desk = new ApprovalDesk({ client } as never, view as never, { stdin, stderr } as never, undefined, 1);
    desk.add('1', { key: 'a', takesName: false } as never);
    while (said.length < 1) await setImmediate();
    nowMs += readMs;
    stdin.write('y\n');
    while (said.length < 2) await setImmediate();
    expect(said[1]).toBe(
      'fanfold: no worker has taken the answer about a yet. Where none runs, `fanfold worker` starts one.\n',
    );
    desk.leave();
  });
});

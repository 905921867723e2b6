import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { askApproval } from '../../src/cli/run/approval-desk.js';

/** Longer than what is typed ahead does not count. */
const readMs = 400;

/** Asks, and types the words one after the other. */
async function asked(words: readonly string[], { takesName = false, beforeMs = readMs } = {}) {
  const stdin = new PassThrough();
  const said: string[] = [];
  const left = new AbortController();
  const answer = askApproval(
    { key: 'send_mail-1', takesName },
    { stdin, stderr: { write: ({ text }) => said.push(text) } },
    left.signal,
  );
  for (const word of words) {
    await sleep(beforeMs);
    stdin.write(`${word}\n`);
  }
  await sleep(50);
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
});

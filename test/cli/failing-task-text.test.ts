import { expect, it } from 'vitest';

import { failingTaskFinding, failingTaskText } from '../../src/cli/show/failing-task-text.js';

const late = { attempts: 2, type: 'TimedOut', message: 'No worker has ended it in time.', worker: null };

it('says of a task that was only late that the run goes on by itself, and does not call it failing', () => {
  const { text } = failingTaskText('run-1', late);
  expect(text).toMatch(/killed, or had much to do.*try 2.*goes on by itself/);
  expect(text).not.toMatch(/fails|terminate/);
  expect(failingTaskFinding('run-1', late)).toEqual({ found: expect.stringMatching(/^run-1: the worker that had/) });
});

it('says how to give a run up whose task fails, or that no worker ends again and again', () => {
  for (const failing of [
    { ...late, attempts: 4 },
    { attempts: 2, type: 'Unexpected', message: 'No.', worker: 'w' },
  ]) {
    expect(failingTaskText('run-1', failing).text).toMatch(
      /the workflow task fails.*\n.*terminate --workflow-id run-1/,
    );
    expect(failingTaskFinding('run-1', failing).advice).toMatch(/terminate/);
  }
});

import type { ApplicationFailure } from '@temporalio/workflow';
import { expect, it } from 'vitest';

import { fanOut } from '../../workflows/typed/fan-out.js';
import { ask } from '../../workflows/typed/ask.js';
import { activity } from '../../workflows/typed/own-work.js';
import { type FanOutOptions, settingsOf } from '../../workflows/typed/options.js';

function failureOf(work: () => unknown): ApplicationFailure {
  try {
    work();
  } catch (error) {
    return error as ApplicationFailure;
  }
  throw new Error('Expected a failure, got none.');
}

function settings(options: object): () => unknown {
  return () => settingsOf('fanOut', { offline: true, ...(options as FanOutOptions) }, 2);
}

function question(options: object): () => unknown {
  return () => ask({ prompt: 'p', ...options } as Parameters<typeof ask>[0]);
}

it.each<[string, () => unknown, path: string[], expected: string | RegExp, got: string]>([
  ['deadline', settings({ deadline: 'soon, got it. Or' }), ['deadline'], /^milliseconds or/, '`"soon, got it. Or"`'],
  ['timeout', settings({ timeout: 0 }), ['timeout'], /^milliseconds or a duration/, '`0`'],
  ['attempts', settings({ attempts: '5' }), ['attempts'], 'a whole number, 1 or more', '`"5"`'],
  ['hedge', settings({ hedge: 'yes' }), ['hedge'], 'true or false', '`"yes"`'],
  ['economy', settings({ economy: 1 }), ['economy'], 'true or false', '`1`'],
  ['maxTokens', settings({ maxTokens: 0 }), ['maxTokens'], 'a whole number, 1 or more', '`0`'],
  ['budget', settings({ budget: '5' }), ['budget'], 'US dollars, more than 0', '`"5"`'],
  ['join', settings({ join: 'some' }), ['join'], 'one of all, settled, quorum, first', '`some`'],
  ['quorum', settings({ join: 'quorum', quorum: 3 }), ['quorum'], /^an integer from 1 to 2 /, '`3`'],
  ['quorum without its join', settings({ quorum: 1 }), ['join'], 'quorum where `quorum` is given', '`settled`'],
  ['late', settings({ late: 'never' }), ['late'], 'one of cancel, amend', '`never`'],
  ['concurrency', settings({ concurrency: 0 }), ['concurrency'], 'a whole number, 1 or more', '`0`'],
  ['priority', settings({ priority: 9 }), ['priority'], /^a whole number from 1/, '`9`'],
  [
    'a word of priority',
    settings({ priority: { fairnessWeight: 0 } }),
    ['priority', 'fairnessWeight'],
    'a number, more than 0',
    '`0`',
  ],
  ['an unknown option', settings({ deadlineMs: 5 }), [], /^options of `fanOut` to be among join, /, '`deadlineMs`'],
  ['options', () => settingsOf('fanOut', 5 as never, 2), [], 'the options of `fanOut` to be an object', '`5`'],
  ['prompt', question({ prompt: ' ' }), ['prompt'], 'a text', '`" "`'],
  ['system', question({ system: 5 }), ['system'], 'a text', '`5`'],
  ['document', question({ document: 5 }), ['document'], 'a text or a reference to one', '`5`'],
  ['output', question({ output: {} }), ['output'], /^made by `output` of/, 'something else'],
  [
    'keys',
    () => fanOut([1, 2], () => ask({ prompt: 'p' }), { key: () => 'same' }),
    [],
    'every key once',
    '`same` twice',
  ],
  ['activity', () => activity(5 as never), [], '`activity` to be given a function', '`5`'],
])('says in a detail of what is refused where, what and what came: %s', (_, work, path, expected, got) => {
  const { type, message, details } = failureOf(work);
  expect(type).toBe('BadInput');
  const words: unknown = typeof expected === 'string' ? expected : expect.stringMatching(expected);
  expect(details).toEqual([{ path, expected: words, got }]);
  const [first] = details as [{ expected: string }];
  const subject = path.length === 0 ? '' : `\`${path.join('.')}\` to be `;
  expect(message).toBe(`Expected ${subject}${first.expected}, got ${got}.`);
});

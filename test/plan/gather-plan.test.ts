import { expect, it } from 'vitest';

import { InputError } from '../../src/contract/errors.js';
import type { Source } from '../../src/contract/source.js';
import { planGather } from '../../src/plan/gather-plan.js';

it.each([
  ['none', 'none'],
  ['empty', '""'],
  ['no text', '5'],
])('refuses a source whose name is %s, as a program that starts runs on its own may give it', (_, got) => {
  const folder = { kind: 'files', folder: '/srv/docs' } as const;
  const name: unknown = got === 'none' ? undefined : JSON.parse(got);
  const sources = [{ name: 'docs', ...folder }, { name, ...folder } as Source];
  expect(() => planGather({ question: 'What?', sources })).toThrow(
    new InputError(`Expected every source to have a name, got ${got} at number 2.`),
  );
});

import { expect, it } from 'vitest';

import { quotedChange } from '../../src/cli/show/quoted-change.js';
import { findingsText } from '../../src/cli/show/print-findings.js';

it('shows where a long quote and its suggestion differ, and short ones whole', () => {
  expect(quotedChange('promptly', 'within a day')).toEqual(['promptly', 'within a day']);
  const before = `5.1 The fee is due monthly ${'and so on '.repeat(12)}whether or not`;
  const [quote, suggestion] = quotedChange(`${before} they are used.`, `${before}, they are used.`);
  expect([quote, suggestion]).toEqual([
    '… so on and so on whether or not they are used.',
    '… so on and so on whether or not, they are used.',
  ]);
  expect(quotedChange(`a${before}`, `b${before}`)).toEqual([`a${before}`, `b${before}`]);
});

it('does not quote what the message has said', () => {
  const finding = {
    check: 'tone',
    severity: 'info' as const,
    line: 1,
    column: 1,
    quote: 'Nobody knows.',
    message: 'Nobody knows.',
  };
  const shown = (message: string) =>
    findingsText(
      { output: { findings: [{ ...finding, message }], unplaced: 0 }, coverage: { ok: 1, total: 1 } },
      {} as never,
      { isTerminal: false },
    ).text.split('\n');
  expect(shown('Nobody knows.').slice(0, 2)).toEqual(['text:1:1: info: Nobody knows. [tone]', '1 info.']);
  expect(shown('Vague.')[1]).toBe('    Nobody knows.');
});

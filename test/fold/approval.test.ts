import { expect, it } from 'vitest';

import {
  approvalMarkdown,
  approvalOf,
  approvalSummary,
  callKeys,
  shownInput,
  takesName,
} from '../../src/fold/approval.js';

it('shows every field, in the order in which they were written', () => {
  const { fields, isCut } = shownInput({ body: 'x'.repeat(900), to: 'ann@example.org', copies: [1, { a: 'b' }] });
  expect(fields.map(({ name }) => name)).toEqual(['body', 'to', 'copies']);
  expect(fields[1]).toEqual({ name: 'to', value: 'ann@example.org', left: 0 });
  expect(JSON.parse(fields[2]!.value)).toEqual([1, { a: 'b' }]);
  expect(isCut).toBe(false);
});

it('cuts each field by itself, and says by how much', () => {
  const { fields, isCut } = shownInput({ body: 'x'.repeat(1_234), to: 'ann@example.org' });
  expect(fields.map(({ left }) => left)).toEqual([234, 0]);
  expect(isCut).toBe(true);
  const many = shownInput(Object.fromEntries(Array.from({ length: 42 }, (_, at) => [`f${at}`, at])));
  expect([many.fields.length, many.left, many.isCut]).toEqual([40, 2, true]);
  expect(shownInput({ ['n'.repeat(101)]: 1 }).isCut).toBe(true);
});

it('cuts a field of many lines, which would push the others off the screen', () => {
  const { fields, isCut } = shownInput({ to: 'ann@example.org', body: 'Dear Ann,\n'.repeat(16) });
  expect(fields[1]!.value.split('\n')).toHaveLength(15);
  expect(fields[1]!.left).toBeGreaterThan(0);
  expect(isCut).toBe(true);
});

it('cuts no character in half', () => {
  const [field] = shownInput({ body: `${'x'.repeat(999)}👩‍🚀` }).fields;
  expect(field?.value).not.toMatch(/\p{Cs}/u);
  expect(field?.left).toBe(5);
});

it.each([
  [{ 'to: ann@example.org\nbody': 'x' }, '"to: ann@example.org\\nbody"', 'x'],
  [{ a: 'true' }, 'a', '"true"'],
  [{ a: true }, 'a', 'true'],
  [{ a: '' }, 'a', '""'],
  [{ a: ' x' }, 'a', '" x"'],
  [{ a: null }, 'a', 'null'],
  [['x'], 'input', '[\n  "x"\n]'],
])('shows %j as what it is', (input, name, value) => {
  expect(shownInput(input).fields).toEqual([{ name, value, left: 0 }]);
});

it('takes the name of a call that is in the store or shown cut', () => {
  expect(takesName({ inline: { to: 'ann@example.org' } })).toBe(false);
  expect(takesName({ inline: { body: 'x'.repeat(1_001) } })).toBe(true);
  expect(takesName({ sha256: 'a'.repeat(64), bytes: 2_000 })).toBe(true);
});

it('has nothing of an input in the name of the timer, and finds the key in it, and in older ones', () => {
  expect(approvalOf(approvalSummary('send_mail-1'))).toBe('send_mail-1');
  expect(Buffer.byteLength(approvalSummary(`${'n'.repeat(64)}-100`))).toBeLessThan(400);
  expect(approvalOf('send_mail-1 waits to be allowed: {"to":"ann@example.org"}')).toBe('send_mail-1');
  expect(approvalOf('deadline')).toBeUndefined();
});

it('is Markdown for the Web UI, in which an input has one line for each field, whatever is in it', () => {
  const input = { to: 'ann@example.org', copies: [1, { a: 2 }], 'a`b': 'one`\n\n# two\n| x |\n- ``` <b>' };
  const rows = approvalMarkdown('send_mail-1', { inline: input }, false).split('\n');
  expect(rows).toEqual([
    '**send_mail-1** waits to be allowed, with',
    '',
    '- ` to `: ` ann@example.org `',
    '- ` copies `: ` [1,{"a":2}] `',
    '- `` "a`b" ``: ```` one`␊␊# two␊| x |␊- ``` <b> ````',
    '',
    'by the update `approve`: `{"allow":true}`',
  ]);
});

it('calls the calls after their tools, and those of names that are made up unknown', () => {
  const tools = [{ name: 'look' }, { name: 'unknown' }];
  const names = ['look', '\u001B]0;x\u0007', 'turn', 'unknown', 'look'];
  const keys = callKeys(
    names.map((name) => ({ name })),
    tools,
    ['turn-1', 'look-1', 'turn-2'],
  );
  expect(keys).toEqual(['look-2', 'unknown-1', 'unknown-2', 'unknown-3', 'look-3']);
});

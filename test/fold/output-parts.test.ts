import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';

import { placeOutput } from '../../activities/stored/place-output.js';
import { storedValue } from '../../activities/stored/stored-value.js';
import { wholeOutput } from '../../src/client/output-of-run.js';
import { resolveBranch } from '../../src/client/read-run.js';
import type { Stored } from '../../src/contract/stored.js';
import { outputOf } from '../../src/fold/fold.js';
import { outcomeOfFailure } from '../../src/contract/outcome.js';
import { divided, Part } from '../../src/fold/output-parts.js';
import type { DividedOutput } from '../../src/fold/output-parts.js';
import { isInStore } from '../../src/contract/stored.js';
import type { BlobReference, BlobStore } from '../../src/store/blob-store.js';

function referenceTo(text: string): BlobReference {
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
}

/** What another run has put into the same store. */
const foreign = JSON.stringify('The made-up safe word is heliotrope-nine.');

/** A store in memory that remembers what it was asked for. */
function openStore() {
  const texts = new Map([[referenceTo(foreign).sha256, foreign]]);
  return {
    putText: async (text: string) => {
      const reference = referenceTo(text);
      texts.set(reference.sha256, text);
      return reference;
    },
    readText: vi.fn<BlobStore['readText']>(async ({ sha256 }) => {
      const text = texts.get(sha256);
      if (text === undefined) throw new Error(`Nothing is stored under ${sha256}.`);
      return text;
    }),
  };
}

/** Any JSON, with what a reference, a tag or a whole divided output looks like strewn into it. */
const said = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(
      referenceTo(foreign),
      referenceTo('nobody has put this'),
      { sha256: '../journal', bytes: 1 },
      { path: [], ...referenceTo(foreign) },
      { references: [{ path: ['output'], ...referenceTo(foreign) }], output: null },
      { stored: referenceTo(foreign) },
      {},
      null,
    ),
    fc.record({ inline: tie('value') }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'output', 'sha256', 'references', 'path', '__proto__'), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

const keys = fc.uniqueArray(
  fc.oneof(fc.constantFrom('a', 'sha256', 'bytes', 'references', '__proto__', '0'), fc.string()),
  { maxLength: 5 },
);

/** As history has it. */
function recorded<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

it.each(['perspectives', 'summarise', 'agent'])(
  'gives back what was said, and asks the store for what was put there and for nothing else, in %s',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.array(said, { minLength: 5, maxLength: 5 }),
        fc.nat(60),
        async (names, values, bytes) => {
          const store = openStore();
          const branches = await Promise.all(
            names.map(async (key, at) => ({
              key,
              status: 'ok' as const,
              value: recorded(values[at]),
              output: new Part(recorded(await placeOutput(values[at], bytes, store))),
            })),
          );
          const whole = branches.map(({ key, status, value }) => ({ key, status, output: value }));
          const kept = recorded(divided(outputOf(kind === 'summarise', branches)));
          expect(await wholeOutput(kept, store)).toEqual(recorded(outputOf(kind === 'summarise', whole)));
          const stored = branches.flatMap(({ output: { stored: each } }) => (isInStore(each) ? [each.sha256] : []));
          expect(store.readText.mock.calls.map(([{ sha256 }]) => sha256)).toEqual(
            kept.references.map(({ sha256 }) => sha256),
          );
          expect(kept.references.map(({ sha256 }) => sha256).toSorted()).toEqual(stored.toSorted());
        },
      ),
    );
  },
);

it('gives back one answer that is the whole output', async () => {
  await fc.assert(
    fc.asyncProperty(said, fc.nat(60), async (value, bytes) => {
      const store = openStore();
      const placed = recorded(await placeOutput(value, bytes, store));
      const kept: DividedOutput = recorded(divided(new Part(placed)));
      expect(await wholeOutput(kept, store)).toEqual(recorded(value));
      expect(await storedValue(placed, store)).toEqual(recorded(value));
      expect(store.readText).toHaveBeenCalledTimes(isInStore(placed) ? 2 : 0);
    }),
  );
});

it('takes an activity that returned nothing for one, not for a reference', async () => {
  const nothing = recorded({ inline: undefined } as Stored<unknown>);
  const store = openStore();
  expect(await storedValue(nothing, store)).toBeUndefined();
  expect(divided({ a: new Part(nothing) })).toEqual({ output: { a: undefined }, references: [] });
  const place = { key: 'a', index: 0, queuedAtMs: 0 };
  const branch = { ...outcomeOfFailure(place, undefined, 0), status: 'ok' as const, output: nothing };
  expect((await resolveBranch(branch, store as unknown as BlobStore)).output).toBeUndefined();
  expect(store.readText).not.toHaveBeenCalled();
});

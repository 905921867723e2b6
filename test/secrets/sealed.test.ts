import { expect, it } from 'vitest';

import { openSealed, readKeyring, seal, Unreadable } from '../../src/encryption/index.js';

const ring = (byte: number) => readKeyring(Buffer.alloc(32, byte).toString('base64'), 'payload');
const [ours] = [...ring(1).byId.values()];
const associated = Buffer.from('of a run');
const sealed = (text: string) => seal(Buffer.from(text), associated, ours!);

/** What is wrong with it; `undefined` where it opens. */
function wrong(bytes: Buffer, keys: ReturnType<typeof ring> | undefined, of = associated): unknown {
  try {
    openSealed(bytes, of, keys);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Unreadable);
    return (error as Error).message;
  }
}

it('opens what was sealed, were it nothing', () => {
  expect(openSealed(sealed('text'), associated, ring(1)).toString()).toBe('text');
  expect(openSealed(sealed(''), associated, ring(1))).toHaveLength(0);
});

it('says of what is sealed why it cannot be opened', () => {
  expect(wrong(sealed('').subarray(1), ring(1))).toBe('is cut short');
  const damaged = sealed('text');
  damaged[25]! ^= 1;
  expect(wrong(damaged, ring(1))).toBe('is damaged, or was encrypted with another key');
  expect(wrong(sealed('text'), ring(1), Buffer.from('of another'))).toBe(
    'is damaged, or was encrypted with another key',
  );
  expect(wrong(sealed('text'), ring(2))).toBe(`is encrypted, and none of the keys given has its id ${ours!.id}`);
  expect(wrong(sealed('text'), undefined)).toBe('is encrypted, and no encryption key is given');
});

it('says whether another key may open it', () => {
  const lacksKey = (bytes: Buffer, keys: ReturnType<typeof ring> | undefined) => {
    try {
      openSealed(bytes, associated, keys);
    } catch (error) {
      return (error as Unreadable).lacksKey;
    }
    throw new Error('It opens.');
  };
  expect(lacksKey(sealed('text'), ring(2))).toBe(true);
  expect(lacksKey(sealed('text'), undefined)).toBe(true);
  expect(lacksKey(sealed('text').subarray(0, -1), ring(1))).toBe(false);
  expect(lacksKey(Buffer.alloc(8), ring(1))).toBe(false);
});

import { createHash } from 'node:crypto';

import { describe, expect, it, vi } from 'vitest';

import type { BlobStore } from '../../src/store/blob-store.js';
import { failureOf, ledgerOf, openDesk, outputOf } from './asking.js';

type PutText = BlobStore['putText'];

const readText = async () => '';
const readBytes = async () => Buffer.from('');

describe('an answer too large for history', () => {
  it('is stored as JSON, and comes back as a reference', async () => {
    const { store, ask } = await openDesk({ script: [{ fault: { kind: 'answer-bytes', bytes: 3_000_000 } }] });
    const { status, output } = await ask().answer;
    if (output === undefined || 'inline' in output) throw new Error('Expected a reference.');
    expect([status, output.bytes]).toEqual(['ok', 3_000_002]);
    const json = await store.readText(output);
    expect(output.sha256).toBe(createHash('sha256').update(json).digest('hex'));
    expect(JSON.parse(json)).toHaveLength(3_000_000);
  });

  it('is one whose JSON has more UTF-8 bytes than there is room for', async () => {
    const text = 'é"\u0000';
    const bytes = Buffer.byteLength(JSON.stringify(text));
    const { ask } = await openDesk({ script: [{ fault: { kind: 'answer', text } }] });
    expect(await outputOf(ask({ inlineBytes: bytes }))).toBe(text);
    expect((await ask({ inlineBytes: bytes - 1 }).answer).output).toMatchObject({ bytes });
  });

  it('is stored when it is not ok, too', async () => {
    const fault = { kind: 'answer', text: 'Half a sentence', stopReason: 'max_tokens' } as const;
    const { ask } = await openDesk({ script: [{ fault }] });
    expect(await ask({ inlineBytes: 5 }).answer).toMatchObject({ status: 'truncated', output: { bytes: 17 } });
  });

  it('survives a store that fails for a moment', async () => {
    const putText = vi.fn<PutText>(async () => ({ sha256: 'a', bytes: 1 }));
    putText.mockRejectedValueOnce(new Error('busy')).mockRejectedValueOnce(new Error('busy'));
    const { model, ask } = await openDesk({}, { store: { putText, readText, readBytes } });
    expect(await ask({ inlineBytes: 0 }).answer).toMatchObject({ status: 'ok', output: { sha256: 'a', bytes: 1 } });
    expect([putText.mock.calls.length, model.total]).toEqual([3, 1]);
  });

  it('is never paid for again when the store stays down', async () => {
    const putText = vi.fn<PutText>(() => Promise.reject(new Error('ENOSPC: no space left on device')));
    const { model, ask } = await openDesk({}, { store: { putText, readText, readBytes } });
    const failure = await failureOf(ask({ inlineBytes: 0 }));
    expect(failure).toMatchObject({ type: 'AnswerNotStored', nonRetryable: true });
    expect(failure.message).toContain('ENOSPC: no space left on device');
    expect(ledgerOf(failure).usage.outputTokens).toBeGreaterThan(0);
    expect([putText.mock.calls.length, model.total]).toEqual([4, 1]);
  });
});

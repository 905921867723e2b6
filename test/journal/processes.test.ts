import { describe, expect, it } from 'vitest';

import { keyOf } from './entries.js';
import { backends, makeSite, open } from './journals.js';
import { answerOf, Participant } from './participants.js';

describe.each(backends)('processes that share the %s journal', (backend) => {
  it('loses no acknowledged entry and returns no torn one when writers are killed at random moments (Journal-1, Journal-2)', async () => {
    const place = await makeSite(backend);
    // A reader in a process of its own, all the time.
    const reader = new Participant({ role: 'read', place, seed: 1_010_000, width: 20 });
    await reader.told('open');
    const acknowledged: number[] = [];
    let warnings = 0;
    const kills = 8;
    const writers = [1, 2].map(async (lane) => {
      for (let life = 1; life <= kills; life += 1) {
        const writer = new Participant({ role: 'write', place, seed: lane * 1_000_000 + life * 10_000 });
        await writer.told('kept', 1 + Math.floor(Math.random() * 60));
        await writer.kill();
        acknowledged.push(...(writer.all('kept') as number[]));
        warnings += writer.all('warning').length;
      }
    });
    await Promise.all(writers);
    await reader.kill();
    expect(reader.all('found').length).toBeGreaterThan(0);
    expect(reader.all('wrong')).toEqual([]);
    expect(warnings + reader.all('warning').length).toBe(0);

    const journal = await open(place);
    expect(acknowledged.length).toBeGreaterThan(kills * 2);
    expect((await journal.stats()).entries).toBeGreaterThanOrEqual(acknowledged.length);
    for (const question of acknowledged) {
      expect((await journal.get(keyOf(question)))?.answer).toBe(answerOf(question));
    }
  });

  it('asks once for two processes that ask at once', async () => {
    const [first, second] = await twoThatAsk(backend);
    for (const participant of [first, second]) participant.say('go');
    const asker = await Promise.race([
      first.told('asking').then(() => first),
      second.told('asking').then(() => second),
    ]);
    asker.say('the answer');
    expect([await first.told('answer'), await second.told('answer')]).toEqual(['the answer', 'the answer']);
    expect([...first.all('asking'), ...second.all('asking')]).toHaveLength(1);
    expect([...first.all('reused'), ...second.all('reused')].sort((left) => (left === false ? -1 : 1))).toEqual([
      false,
      true,
    ]);
  });

  it.each([
    ['killed', (participant: Participant) => participant.kill()],
    ['frozen', async (participant: Participant) => participant.freeze()],
  ])('lets the one who waits take over when the one who asks is %s (Journal-3)', async (_, end) => {
    const [first, second] = await twoThatAsk(backend);
    first.say('go');
    await first.told('asking');
    second.say('go');
    await end(first);
    await second.told('asking');
    second.say('the answer');
    expect(await second.told('answer')).toBe('the answer');
  });

  it.each(['fail', 'none'])('lets the one who waits ask by itself when the other comes back with: %s', async (end) => {
    const [first, second] = await twoThatAsk(backend);
    first.say('go');
    await first.told('asking');
    second.say('go');
    first.say(end);
    await second.told('asking');
    second.say('the answer');
    expect(await second.told('answer')).toBe('the answer');
  });

  it('gives right answers or none while others write, prune and clear', async () => {
    const place = await makeSite(backend);
    const seed = 5_000_000;
    const reader = new Participant({ role: 'read', place, seed, width: 40 });
    const writer = new Participant({ role: 'write', place, seed });
    await reader.told('found', 20);
    const journal = await open(place);
    for (let turn = 0; turn < 10; turn += 1) {
      const { bytes } = await journal.stats();
      await (turn % 3 === 2 ? journal.clear() : journal.prune({ maxBytes: bytes / 2 }));
      await writer.told('kept', writer.all('kept').length + 5);
      await reader.told('missed', reader.all('missed').length + 5);
    }
    expect(reader.all('wrong')).toEqual([]);
    for (const participant of [reader, writer]) {
      expect(participant.all('warning')).toEqual([]);
      expect(participant.all('failed')).toEqual([]);
    }
  });
});

async function twoThatAsk(backend: (typeof backends)[number]): Promise<[Participant, Participant]> {
  const place = await makeSite(backend);
  const ask = () => new Participant({ role: 'ask', place, seed: 1, settings: { leaseMs: 1_000 } });
  const both: [Participant, Participant] = [ask(), ask()];
  for (const participant of both) await participant.told('ready');
  return both;
}

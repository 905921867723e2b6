import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { BlobStore } from '../../src/store/blob-store.js';
import { entryOf, keyOf } from './entries.js';
import { makeHome, makeSite, open, postgres } from './journals.js';
import { storeCases } from '../support/store-cases.js';
import { answerOf, Participant } from './participants.js';

it('makes its tables once when ten open at once', async () => {
  const place = await makeSite('PostgreSQL');
  const journals = await Promise.all(Array.from({ length: 10 }, () => open(place)));
  await journals[0]!.put(keyOf('a'), entryOf('a'));
  for (const journal of journals) expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'a' });
});

it('goes on when its connections are cut', async () => {
  const journal = await open(await makeSite('PostgreSQL'));
  for (let question = 0; question < 5; question += 1) {
    await (await postgres()).cutConnections();
    await journal.put(keyOf(question), entryOf(question));
    await (await postgres()).cutConnections();
    expect(await journal.get(keyOf(question))).toMatchObject({ answer: question });
  }
});

it('waits for a server that crashes, and finds what was acknowledged (Journal-1)', async () => {
  const place = await makeSite('PostgreSQL');
  const writer = new Participant({ role: 'write', place, seed: 0 });
  await writer.told('kept', 20);
  const server = await postgres();
  await server.kill();
  const before = writer.all('kept') as number[];
  await sleep(200);
  await server.resume();
  await writer.told('kept', before.length + 20);
  const acknowledged = writer.all('kept') as number[];
  expect(writer.all('failed')).toEqual([]);
  const journal = await open(place);
  for (const question of acknowledged) expect((await journal.get(keyOf(question)))?.answer).toBe(answerOf(question));
});

it('asks once although the server crashes meanwhile and forgets the lease', async () => {
  const place = await makeSite('PostgreSQL');
  const journal = await open(place);
  const server = await postgres();
  const once = await journal.once(keyOf('a'), {}, async () => {
    await server.kill();
    await server.resume();
    return { value: 'paid for', entry: entryOf('paid for') };
  });
  expect(once).toEqual({ reused: false, value: 'paid for' });
  expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'paid for' });
});

it('works for a user who may not make tables, once they are there', async () => {
  const place = await makeSite('PostgreSQL');
  const server = await postgres();
  const url = await server.asReader(place.url!);
  const refused = open({ ...place, url });
  await expect(refused).rejects.toMatchObject({ name: 'UnavailableError', type: 'JournalUnusable' });
  await expect(refused).rejects.toThrow(/permission denied/);
  await (await open(place)).close();
  const journal = await open({ ...place, url: await server.asReader(place.url!) });
  await journal.put(keyOf('a'), entryOf('a'));
  expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'a' });
});

it.each([
  [
    'nobody listens',
    'postgres://user:SECRET@127.0.0.1:1/db',
    /postgres:\/\/127\.0\.0\.1:1\/db cannot be used: .*ECONNREFUSED/,
  ],
  [
    'the host does not exist',
    'postgres://user:SECRET@nowhere.invalid/db',
    /postgres:\/\/nowhere\.invalid:5432\/db cannot be used/,
  ],
])('says so when %s, without the password', async (_, url, message) => {
  const opening = open({ home: await makeHome(), url });
  await expect(opening).rejects.toMatchObject({ name: 'UnavailableError', type: 'JournalUnusable' });
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.not.toThrow(/SECRET/);
});

it.each([
  ['mysql://user:SECRET@host/db', 'got `mysql:…`.'],
  ['journal.db', 'got something without a scheme.'],
  ['postgres://user:SECRET@host:port/db', 'got one that cannot be read.'],
])('refuses the URL %s with what it expects', async (url, got) => {
  const opening = open({ home: await makeHome(), url });
  await expect(opening).rejects.toMatchObject({ name: 'InputError' });
  await expect(opening).rejects.toThrow(
    'Expected `FANFOLD_JOURNAL` to be a URL like `postgres://user:password@host:5432/database`',
  );
  await expect(opening).rejects.toThrow(got);
  await expect(opening).rejects.not.toThrow(/SECRET/);
});

// Beside the journal, on the server that is there.
describe('the store in PostgreSQL', () => {
  storeCases(async () => (await postgres()).freshUrl(), 50);

  it('goes on when its connections are cut, and makes its tables once when many open at once', async () => {
    const url = await (await postgres()).freshUrl();
    const stores = Array.from({ length: 5 }, () => new BlobStore(url));
    const references = await Promise.all(stores.map((store, at) => store.putText(`text ${at}`)));
    await (await postgres()).cutConnections();
    expect(await Promise.all(references.map((reference) => stores[0]!.readText(reference)))).toHaveLength(5);
    for (const store of stores) await store.close();
  });
});

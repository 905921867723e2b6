// What a journal of a million answers and a store of 50 GB cost inside: each step there as a multiple of that in an empty home, in turn.
//   npm run build && node bench/inside.mjs [rounds] [scale]
// It starts no process and no server, so that a machine that is busy with much else disturbs both alike; bench/load.mjs has whole commands.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openJournal } from '../dist/src/journal/index.js';
import { openEmbeddedStore } from '../dist/src/journal/embedded/embedded-store.js';
import { BlobStore } from '../dist/src/index.js';
import { median } from './width/stage.mjs';

const rounds = Number(process.argv[2] ?? 201);
const scale = Number(process.argv[3] ?? 1);
const sizes = { answers: Math.round(1_000_000 * scale), files: Math.round(50_000 * scale) };
const keyOf = (at) => createHash('sha256').update(String(at)).digest('hex');
const directory = await mkdtemp(join(tmpdir(), 'fanfold-inside-'));
const say = (text) => process.stderr.write(`${text}\n`);

async function fill(home, count) {
  const store = await openEmbeddedStore(home, say);
  for (let at = 0; at < count; at += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, count - at) }, (_, each) => {
      return { key: keyOf(at + each), bytes: randomBytes(600), answeredAtMs: Date.now() - 86_400_000 };
    });
    await store.add(batch);
  }
  return store;
}

async function fillFiles(home, count) {
  for (let at = 0; at < count; at += 1) {
    const folder = join(home, 'blobs', keyOf(at).slice(0, 2));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, keyOf(at)), '');
    await truncate(join(folder, keyOf(at)), 1_048_576);
  }
}

let number = 0;
const fresh = () => randomBytes(32).toString('hex');
const holder = () => `bench-${(number += 1)}`;

/** What is measured, by its name in the table. */
const steps = {
  'an answer that is there': ({ store }) => store.read(keyOf(number++ % 500)),
  'an answer that is not there': ({ store }) => store.read(fresh()),
  'a claim, and its answer written': async ({ store }) => {
    const lease = { key: fresh(), holder: holder() };
    await store.claim(lease, 5_000, { notBeforeMs: 0 });
    await store.write({ key: lease.key, bytes: randomBytes(600), answeredAtMs: Date.now() }, lease);
  },
  'a text put into the store': ({ blobs }) => blobs.putText(fresh()),
};

const rare = {
  'the journal opened and closed': async ({ home }) => (await openJournal({ home })).close(),
};

try {
  const homes = {};
  for (const { name, answers, files } of [
    { name: 'empty', answers: Math.min(500, sizes.answers), files: 0 },
    { name: 'full', ...sizes },
  ]) {
    const home = join(directory, name);
    await mkdir(home, { recursive: true });
    await (await openJournal({ home })).close();
    await fillFiles(home, files);
    homes[name] = { home, blobs: new BlobStore(home), store: await fill(home, answers) };
  }
  const [answers, files] = [sizes.answers, sizes.files].map((count) => count.toLocaleString('en'));
  process.stdout.write(
    `| step, in a home with ${answers} answers and ${files} files of 1 MB (sparse) | × an empty home |\n|---|---|\n`,
  );
  for (const { which, times } of [
    { which: steps, times: rounds },
    { which: rare, times: Math.ceil(rounds / 10) },
  ]) {
    for (const [name, step] of Object.entries(which)) {
      const took = { empty: [], full: [] };
      for (let round = -5; round < times; round += 1) {
        for (const [home, parts] of Object.entries(homes)) {
          const began = performance.now();
          await step(parts);
          // The first ones warm up.
          if (round >= 0) took[home].push(performance.now() - began);
        }
      }
      const [full, empty] = [median(took.full), median(took.empty)];
      process.stdout.write(`| ${name} | ${(full / empty).toFixed(2)} (${full.toFixed(2)} ms) |\n`);
    }
  }
  for (const { store } of Object.values(homes)) await store.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}

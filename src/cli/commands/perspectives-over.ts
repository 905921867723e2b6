import { placeChunks, startRun } from '../../client/index.js';
import { withoutBytes } from '../../contract/document.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { requestsAbout } from '../../plan/item-request.js';
import { planPerspectivesOver } from '../../plan/perspectives-plan.js';
import type { PerspectivesInput } from '../../plan/perspectives-plan.js';
import { forOne } from '../map/rows-question.js';
import { sayer } from '../home/session.js';
import { checkDocuments, checkEnough } from '../read/document-source.js';
import type { DocumentSource } from '../read/document-source.js';
import { counted, parseDollars } from '../read/numbers.js';
import { sayRead } from '../read/say-read.js';
import { conductRun } from '../run/conduct-run.js';
import { DocumentBounds, fanInUsdOf } from '../run/document-bounds.js';
import { dryRunWide } from '../run/dry-run.js';
import { OutFile } from '../run/out-file.js';
import { withFilesPlaced } from '../run/place-documents.js';
import { sayNotes, sayTaken, sourceOf } from '../run/source-of.js';
import type { World } from '../world.js';
import type { OverFlags } from './over-flags.js';

export type { OverFlags } from './over-flags.js';
export { addOverFlags, areSeveral } from './over-flags.js';

/**
 * Every specialist reads each of several documents.
 *
 * @throws InputError where the flags or the documents cannot be meant; nothing has been started then
 */
export async function perspectivesOver(
  files: readonly string[],
  options: PerspectivesInput & Required<Pick<PerspectivesInput, 'perspectives'>>,
  flags: OverFlags,
  world: World,
): Promise<ExitCode> {
  const usd = flags.budget === undefined ? undefined : parseDollars(flags.budget, 'budget');
  const each = options.perspectives.length;
  // Flags are checked before a byte is read.
  const one = planPerspectivesOver({ ...forOne(options), chunks: [{ sha256: '', bytes: 0, count: each }] }).wide;
  const say = sayer(world, flags.quiet);
  const source = await sourceOf(files, flags, world, say);
  const bounds = new DocumentBounds(one.template.model, (item) =>
    requestsAbout(item, one.template).map(({ request }) => ({
      request,
      document: item.file === undefined ? item.text : withoutBytes(item.file),
    })),
  );
  const countsCost = usd !== undefined || flags.dryRun === true;
  const documents = await checkDocuments(source, 0, (item) => {
    if (countsCost) bounds.add(item);
  });
  const { total, unreadable, read } = documents;
  if (source.skipped !== undefined) sayTaken(source, documents, say);
  sayNotes(documents, say);
  sayRead(read, say);
  const plan = planPerspectivesOver({ ...options, chunks: [{ sha256: '', bytes: 0, count: total * each }] });
  const { policy, offline } = plan.wide;
  const fanInUsd = fanInUsdOf(plan.wide);
  if (flags.dryRun) {
    return dryRunWide(
      bounds.summary(total * each, fanInUsd),
      { unreadable, read, skipped: source.skipped },
      flags,
      world,
    );
  }
  checkEnough(documents, Math.ceil(policy.needed / each));
  const budget = bounds.budget(usd, fanInUsd);
  const keys = plan.rows.ways ?? [];
  const out =
    flags.out === undefined ? undefined : await OutFile.open(flags.out, keysOf(source, keys), world, 'reading');
  try {
    return await conductRun(
      { offline, concurrency: policy.concurrency, ...(fanInUsd === 0 && bounds.questions(() => source.items())) },
      flags,
      world,
      async ({ client, store, searchable }) =>
        startRun(client, {
          kind: 'perspectives',
          input: {
            ...options,
            ...budget,
            chunks: await placeChunks(withFilesPlaced(source.items(), store), store, total, each),
            searchable,
          },
          ...(flags.id !== undefined && { workflowId: flags.id }),
          summary: `${source.title}: ${counted(total, 'document')}, ${keys.join(', ')}`,
          details: `**${counted(total, 'document')}**, ${counted(each, 'perspective')} each, ${policy.concurrency} at once.`,
        }),
      out,
    );
  } finally {
    await out?.close();
  }
}

async function* keysOf(source: DocumentSource, ways: readonly string[]): AsyncIterable<string> {
  for await (const { key } of source.items()) for (const way of ways) yield `${key}/${way}`;
}

import type { Command } from 'commander';

import { placeChunks, startRun } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import { planSummarise, summariseDefaults } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun, questionsIn } from '../run/conduct-run.js';
import { boundsOfDocuments, fanInUsdOf } from '../run/document-bounds.js';
import { checkBatched, placeDocuments, withFilesPlaced } from '../run/place-documents.js';
import { checkDocuments, checkEnough } from '../read/document-source.js';
import { dryRun, dryRunWide } from '../run/dry-run.js';
import { counted, parseCount, parseDollars } from '../read/numbers.js';
import { addSourceFlags, keysOf, sayNotes, sayTaken, sourceOf } from '../run/source-of.js';
import type { SourceFlags } from '../run/source-of.js';
import { sayRead } from '../read/say-read.js';
import { OutFile } from '../run/out-file.js';
import { addFanInFlags, addRunFlags, fanInOptions, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import { sayer } from '../home/session.js';
import type { World } from '../world.js';

interface SummariseFlags extends RunFlags, SourceFlags {
  sentences: string;
  splitTokens: string;
  out?: string;
}

export function summariseCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('summarise')
    .alias('summarize')
    .description('one summary for each document, in the order given, from one to a hundred thousand')
    .argument(
      '[files...]',
      'files (text, HTML, PDF, Office, EPUB, mail, images), folders and patterns, or - for standard input',
    );
  addSourceFlags(command)
    .option('--sentences <n>', 'most sentences of a summary', String(summariseDefaults.sentences))
    .option(
      '--split-tokens <n>',
      'a document of more tokens is read in parts, and the summaries of the parts are folded',
      String(summariseDefaults.splitTokens),
    )
    .option('--dedupe', 'ask once about documents that are nearly the same; each keeps its row')
    .option(
      '--out <file>',
      'append a row for each document, in input order, as they come; taken up again after a crash',
    );
  addFanInFlags(addRunFlags(command, summariseDefaults)).action(async (files: string[], flags: SummariseFlags) => {
    done(await summarise(files, flags, world));
  });
}

async function summarise(files: string[], flags: SummariseFlags, world: World): Promise<ExitCode> {
  const options = {
    ...runOptions(flags),
    ...fanInOptions(flags),
    sentences: parseCount(flags.sentences, 'sentences', 100),
    splitTokens: parseCount(flags.splitTokens, 'split-tokens'),
  };
  const usd = flags.budget === undefined ? undefined : parseDollars(flags.budget, 'budget');
  // Flags are checked before a byte is read.
  const { quorum: _, ...checkable } = options;
  planSummarise({
    ...checkable,
    ...(options.join === 'quorum' && { join: 'settled' }),
    documents: [{ key: '-', text: { inline: '' } }],
  });
  const say = sayer(world, flags.quiet);
  const source = await sourceOf(files, flags, world, say);
  const bounds = boundsOfDocuments(options);
  const countsCost = usd !== undefined || flags.dryRun === true;
  const documents = await checkDocuments(source, maxDirectWidth + 1, (item) => {
    if (countsCost) bounds.add(item);
  });
  const { total, first, unreadable, read } = documents;
  if (source.skipped !== undefined) sayTaken(source, documents, say);
  sayNotes(documents, say);
  sayRead(read, say);
  const isWide = total > maxDirectWidth;
  const few = first.map(({ text, file, ...item }) => ({ ...item, text: file ?? { inline: text } }));
  const chunk = { sha256: '', bytes: 0, count: total };
  const checked = planSummarise(isWide ? { ...options, chunks: [chunk] } : { ...options, documents: few });
  const fanInUsd = 'wide' in checked ? fanInUsdOf(checked.wide) : 0;
  if (flags.dryRun) {
    return 'wide' in checked
      ? dryRunWide(bounds.summary(total, fanInUsd), { unreadable, read, skipped: source.skipped }, flags, world)
      : dryRun(checked.direct, undefined, flags, world, { read, skipped: source.skipped });
  }
  const { policy, offline } = 'wide' in checked ? checked.wide : checked.direct;
  checkEnough(documents, policy.needed);
  if (policy.economy && !isWide) checkBatched(first);
  const budget =
    'direct' in checked ? await budgetOf(checked.direct, undefined, flags, world) : bounds.budget(usd, fanInUsd);
  const out = flags.out === undefined ? undefined : await OutFile.open(flags.out, keysOf(source), world);
  try {
    const asks =
      'direct' in checked ? questionsIn(checked.direct) : fanInUsd === 0 && bounds.questions(() => source.items());
    const need = { offline, concurrency: policy.concurrency, ...asks };
    return await conductRun(
      need,
      flags,
      world,
      async (session) => {
        const input: SummariseInput = {
          ...options,
          ...budget,
          ...(isWide
            ? { chunks: await placeChunks(withFilesPlaced(source.items(), session.store), session.store, total) }
            : { documents: await placeDocuments(first, session.store) }),
          searchable: session.searchable,
        };
        const summary = `${source.title}: ${counted(total, 'document')}`;
        return startRun(session.client, {
          kind: 'summarise',
          input,
          ...(flags.id !== undefined && { workflowId: flags.id }),
          summary,
          details: `**${counted(total, 'document')}**, at most ${counted(options.sentences, 'sentence')} each, ${policy.concurrency} at once.`,
        });
      },
      out,
    );
  } finally {
    await out?.close();
  }
}

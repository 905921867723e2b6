import { Option } from 'commander';
import type { Command } from 'commander';

import { placeChunks, placeDocument, startRun } from '../../client/index.js';
import { InputError, OverBudgetError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Item } from '../../contract/lanes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import { planSummarise, summariseDefaults } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import { addCost } from '../../contract/usage.js';
import { buildRequest, estimateTokens, sizeOf, upperBoundUsd } from '../../model/index.js';
import { formatCost } from '../show/amounts.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { deduplicated } from '../read/deduplicate.js';
import { checkDocuments, checkEnough } from '../read/document-source.js';
import type { Documents, DocumentSource } from '../read/document-source.js';
import { dryRun, dryRunWide } from '../run/dry-run.js';
import { parseCount, parseDollars } from '../read/numbers.js';
import { filesSource } from '../read/files-source.js';
import { OutFile } from '../run/out-file.js';
import { addFanInFlags, addRunFlags, collect, fanInOptions, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import { sayer } from '../home/session.js';
import type { Say, Session } from '../home/session.js';
import { rowsSource } from '../read/rows-source.js';
import { skippedLine } from '../read/skipped.js';
import type { World } from '../world.js';

interface SummariseFlags extends RunFlags {
  from?: string;
  idField: string;
  textField: string;
  sentences: string;
  splitTokens: string;
  out?: string;
  dedupe?: boolean;
  hidden?: boolean;
  noIgnore?: boolean;
  ignore?: string[];
}

/** Not the opposite of `--ignore`, whatever their names say to commander. */
const takesIgnored = Object.assign(
  new Option('--no-ignore', 'take what .gitignore and .fanfoldignore leave out, and vendored folders, too'),
  { negate: false },
);

export function summariseCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('summarise')
    .alias('summarize')
    .description('one summary for each document, in the order given, from one to a hundred thousand')
    .argument('[files...]', 'files (text, Markdown, HTML, PDF), folders and patterns, or - for standard input')
    .option(
      '--from <file>',
      'take the documents from rows of JSON Lines, a JSON array, CSV or TSV, gzip or not, or - for standard input',
    )
    .option('--id-field <name>', 'field of `--from` that names a document', 'id')
    .option('--text-field <name>', 'field of `--from` with its text', 'text')
    .option('--hidden', 'take hidden files and folders, too')
    .addOption(takesIgnored)
    .option('--ignore <pattern>', 'leave out what matches, as a line of .gitignore does; may be repeated', collect)
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
  const given = sourceOf(files, flags, world);
  const say = sayer(world, flags.quiet);
  const source =
    flags.dedupe === true
      ? await deduplicated(given, (repeated, all) =>
          say(`${repeated} of ${all} documents are nearly the same as an earlier one.`),
        )
      : given;
  const bounds = new Bounds(options);
  const countsCost = usd !== undefined || flags.dryRun === true;
  const documents = await checkDocuments(source, maxDirectWidth + 1, (item) => {
    if (countsCost) bounds.add(item);
  });
  const { total, first, unreadable } = documents;
  if (source.skipped !== undefined) sayTaken(source, documents, say);
  const isWide = total > maxDirectWidth;
  const few = first.map(({ text, ...item }) => ({ ...item, text: { inline: text } }));
  const chunk = { sha256: '', bytes: 0, count: total };
  const checked = planSummarise(isWide ? { ...options, chunks: [chunk] } : { ...options, documents: few });
  if (flags.dryRun) {
    return 'wide' in checked
      ? dryRunWide(bounds.summary(total), { unreadable, skipped: source.skipped }, flags, world)
      : dryRun(checked.direct, undefined, flags, world, source.skipped);
  }
  const { policy, offline } = 'wide' in checked ? checked.wide : checked.direct;
  checkEnough(documents, policy.needed);
  if (policy.economy && isWide && usd !== undefined) {
    throw new InputError(
      `Expected at most ${maxDirectWidth} documents with \`--economy\` and \`--budget\` together, got ${total}.`,
    );
  }
  const budget = 'direct' in checked ? await budgetOf(checked.direct, undefined, flags, world) : bounds.budget(usd);
  const out = flags.out === undefined ? undefined : await OutFile.open(flags.out, keysOf(source), world);
  try {
    const need = { offline, concurrency: policy.concurrency };
    return await conductRun(
      need,
      flags,
      world,
      async (session) => {
        const input: SummariseInput = {
          ...options,
          ...budget,
          ...(isWide
            ? { chunks: await placeChunks(source.items(), session.store, total) }
            : { documents: await placeAll(first, session) }),
          searchable: session.searchable,
        };
        const summary = `${source.title}: ${total} ${total === 1 ? 'document' : 'documents'}`;
        return startRun(session.client, {
          kind: 'summarise',
          input,
          ...(flags.id !== undefined && { workflowId: flags.id }),
          summary,
          details: `**${total} documents**, at most ${options.sentences} sentences each, ${policy.concurrency} at once.`,
        });
      },
      out,
    );
  } finally {
    await out?.close();
  }
}

function sourceOf(files: string[], flags: SummariseFlags, world: World): DocumentSource {
  if ((flags.from === undefined) === (files.length === 0)) {
    throw new InputError(
      `Expected files or \`--from\`, got ${files.length === 0 ? 'neither' : 'both'}.`,
      'See `fanfold summarise --help`.',
    );
  }
  return flags.from === undefined ? filesSource(files, flags, world) : rowsSource(flags.from, flags, world);
}

/** What a folder has is known before anything is spent on it. */
function sayTaken({ title, skipped = [] }: DocumentSource, { total, unreadable }: Documents, say: Say): void {
  const unread = unreadable.length === 0 ? '' : `, ${unreadable.length.toLocaleString('en')} of them cannot be read`;
  const left = skipped.length === 0 ? 'nothing is skipped.' : `${skippedLine(skipped)}; \`--dry-run\` lists them.`;
  say(
    `${title}: ${total.toLocaleString('en')} ${total === 1 ? 'document' : 'documents'}${unread}; ${left.replace('Skipped', 'skipped')}`,
  );
}

async function* keysOf(source: DocumentSource): AsyncIterable<string> {
  for await (const { key } of source.items()) yield key;
}

async function placeAll(items: readonly Item[], { store }: Session): Promise<NonNullable<SummariseInput['documents']>> {
  // Together they stand in the run's input, which is to stay small.
  const inlineCharacters = 4_000;
  return Promise.all(
    items.map(async ({ text, ...item }) => ({
      ...item,
      text: text.length <= inlineCharacters ? await placeDocument(text, store) : await store.putText(text),
    })),
  );
}

/** What the documents may cost, added up while they are gone through. */
class Bounds {
  #usd: number | null = 0;
  #cheapestUsd = Infinity;
  #inputTokens = 0;

  constructor(readonly options: SummariseInput) {}

  add({ key, text }: Item): void {
    const plan = planSummarise({ ...this.#one, documents: [{ key, text: { inline: text } }] });
    if (!('direct' in plan)) return;
    const [branch] = plan.direct.branches;
    if (branch === undefined) return;
    const inputTokens = estimateTokens(buildRequest(branch.request, text));
    const boundUsd = upperBoundUsd(sizeOf(branch.request, inputTokens));
    this.#inputTokens += inputTokens;
    this.#usd = addCost(this.#usd, boundUsd);
    this.#cheapestUsd = Math.min(this.#cheapestUsd, boundUsd ?? Infinity);
  }

  summary(total: number): { total: number; inputTokens: number; upperBoundUsd: number | null } {
    return { total, inputTokens: this.#inputTokens, upperBoundUsd: this.#usd };
  }

  /** @throws OverBudgetError where not even one question fits; InputError where prices are not known */
  budget(usd: number | undefined): Pick<SummariseInput, 'budget'> {
    if (usd === undefined) return {};
    if (this.#usd === null) {
      throw new InputError(
        `Expected a model whose price is known where there is a budget, got \`${this.options.model}\`.`,
        'Leave the budget out, or choose another model.',
      );
    }
    if (this.#cheapestUsd > usd) {
      throw new OverBudgetError(
        `Expected \`budget\` to cover what the run must do at least, got ${formatCost(usd)}: one question may cost ${formatCost(this.#cheapestUsd)}.`,
        'Nothing was started. See `--dry-run`; a smaller `--max-tokens` lowers the bound.',
      );
    }
    return { budget: { usd, boundsUsd: [] } };
  }

  get #one(): SummariseInput {
    const { model, maxTokens, sentences, splitTokens } = this.options;
    return {
      ...(model !== undefined && { model }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(sentences !== undefined && { sentences }),
      ...(splitTokens !== undefined && { splitTokens }),
    };
  }
}

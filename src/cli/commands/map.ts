import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Item, Template } from '../../contract/lanes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { variablesIn } from '../../plan/fill.js';
import { askedAt, itemRequest } from '../../plan/item-request.js';
import { mapDefaults, planMap } from '../../plan/map-plan.js';
import type { MapInput } from '../../plan/map-plan.js';
import { sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { checkRows } from '../map/check-rows.js';
import { dryRunMap } from '../map/dry-run-map.js';
import { readMap } from '../map/map-flags.js';
import type { MapFlags } from '../map/map-flags.js';
import { MapRows } from '../map/map-rows.js';
import { placedRows, plannedMap } from '../map/planned-map.js';
import { jsonLinesFormat } from '../map/row-format.js';
import { RowShape } from '../map/row-record.js';
import { RowsFile } from '../map/rows-file.js';
import { RowsOut } from '../map/rows-out.js';
import type { RowsTarget, Step } from '../map/rows-out.js';
import { parseDollars } from '../read/numbers.js';
import { RowFilter } from '../read/row-filter.js';
import { tableOf } from '../read/table-rows.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { DocumentBounds } from '../run/document-bounds.js';
import { addRunFlags } from '../run/run-flags.js';
import { exactly } from '../show/terminal-text.js';
import type { World } from '../world.js';

export function mapCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('map')
    .description('one prompt over the rows of a table, from ten to a million: an answer for each row, in input order')
    .argument('<rows>', 'CSV, TSV, JSON Lines, a JSON array (gzip or not) or Parquet, or - for standard input')
    .option('--prompt <text>', 'what is asked about each row; {{ column }} stands for a value of it')
    .option('--prompt-file <file>', 'the same from a file')
    .option('--system <text>', 'what the model is told before each prompt')
    .option('--schema <file>', 'JSON Schema of an answer, in JSON or YAML; plain text without it')
    .option('--samples <n>', 'how often each row is asked about', String(mapDefaults.samples))
    .option('--vote [field]', 'take the answer that most samples give, by the whole answer or by one field of it')
    .option('--where <filter>', "take the rows for which this holds, such as @.price > 10 && @.lang == 'de'")
    .option('--id-field <name>', 'column that names a row; its number by default')
    .option(
      '--out <file>',
      'write a row for each row, in input order, as they come: .jsonl, .csv, .tsv, .json, .parquet',
    )
    .option('--resume', 'go on behind the rows that `--out` has')
    .option('--retry-failed', 'ask again about the rows of `--out` that failed, and about those that are missing')
    .option('--prefix <text>', "what stands before the names of the answer's columns", '');
  addRunFlags(command, mapDefaults).action(async (rows: string, flags: MapFlags) => {
    done(await map(rows, flags, world));
  });
}

async function map(path: string, flags: MapFlags, world: World): Promise<ExitCode> {
  const options = await readMap(flags, world);
  const usd = flags.budget === undefined ? undefined : parseDollars(flags.budget, 'budget');
  // Flags are checked before a byte is read.
  const { template, rows: fold, wide } = planOfOne(options);
  const where = flags.where === undefined ? undefined : new RowFilter(flags.where);
  const names = [...variablesIn(options.prompt).map(({ path: [column] }) => column), ...(where?.columns ?? [])];
  const rows = new MapRows(await tableOf(path, names, world), options.prompt, where, flags.idField);
  const shape = new RowShape(fold, options.schema, flags.prefix);
  const file = flags.out === undefined ? undefined : await RowsFile.open(flags.out, flags, world);
  const bounds = new DocumentBounds(template.model, (item) => requestsAbout(item, template));
  const countsCost = usd !== undefined || flags.dryRun === true;
  const checked = await checkRows(rows, file, maxDirectWidth + 1, (item) => {
    if (countsCost) bounds.add(item);
  });
  const columns = shape.columns(checked.columns);
  if (flags.dryRun) {
    const { attempts } = wide.policy;
    return dryRunMap(checked, { prompt: options.prompt, samples: fold.samples, attempts }, bounds, flags, world);
  }
  const say = sayer(world, flags.quiet);
  const out = await outOf({ rows, file, shape, columns }, flags, world);
  try {
    if (checked.asked === 0) {
      await out?.write();
      say(`all ${checked.total.toLocaleString('en')} rows are in ${flags.out ?? ''}.`);
      return (file?.lost ?? 0) > 0 ? exitCodes.partial : exitCodes.complete;
    }
    const planned = plannedMap(options, checked, fold.samples);
    const { policy, offline } = 'wide' in planned.plan ? planned.plan.wide : planned.plan.direct;
    const budget =
      'direct' in planned.plan
        ? await budgetOf(planned.plan.direct, undefined, flags, world)
        : bounds.budget(usd, policy.economy, planned.total);
    const need = { offline, concurrency: policy.concurrency };
    const start = async (session: Session) =>
      startRun(session.client, {
        kind: 'map',
        input: {
          ...options,
          ...budget,
          ...(await placedRows(planned, rows, file, session)),
          searchable: session.searchable,
        } satisfies MapInput,
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${rows.table.title}: ${checked.asked} ${checked.asked === 1 ? 'row' : 'rows'}`,
        details: `**${checked.asked} rows**${fold.samples > 1 ? `, ${fold.samples} answers each` : ''}, ${policy.concurrency} at once.`,
      });
    const code = await conductRun(need, flags, world, start, out);
    if (code === exitCodes.interrupted && file !== undefined) {
      say(
        `the same command with \`--resume\` writes the rows that are still to come${flags.id === undefined ? '' : ', of the same run'}.`,
      );
    }
    return code;
  } finally {
    await out?.close();
    await file?.close(out?.isComplete === true, columns);
  }
}

/** The plan of what is asked about any row. */
function planOfOne({ join, quorum: _, samples = mapDefaults.samples, ...options }: MapInput) {
  const one = { sha256: '', bytes: 0, count: samples };
  const plan = planMap({
    ...options,
    samples,
    ...(join !== undefined && { join: join === 'quorum' ? 'settled' : join }),
    chunks: [one],
  });
  if (!('wide' in plan)) throw new Error('Chunks make a wide plan.');
  return plan;
}

function requestsAbout(item: Item, template: Template): { request: ModelRequest }[] {
  return Array.from({ length: template.samples ?? 1 }, (_, sample) => askedAt([item], sample, template)).flatMap(
    (asked) => (asked === undefined ? [] : [{ request: itemRequest(template, asked) }]),
  );
}

/** Where rows go: to the file, or to standard output unless the run itself goes there. */
async function outOf(
  { rows, file, shape, columns }: { rows: MapRows; file: RowsFile | undefined; shape: RowShape; columns: string[] },
  flags: MapFlags,
  world: World,
): Promise<RowsOut | undefined> {
  if (file !== undefined) {
    const target = await file.begin(columns);
    return new RowsOut(file.steps(rows.all()), target, file.format, shape, columns, world.secrets);
  }
  if (flags.json || flags.ndjson || flags.detach) return undefined;
  const { stdout } = world;
  const target: RowsTarget = { write: async (text) => stdout.write(exactly(text, stdout)) };
  return new RowsOut(everyRow(rows), target, jsonLinesFormat, shape, columns, world.secrets);
}

async function* everyRow(rows: MapRows): AsyncGenerator<Step> {
  for await (const row of rows.all()) yield { row, isThere: false };
}

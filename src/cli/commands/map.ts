import type { Command } from 'commander';

import type { ExitCode } from '../../contract/exit-codes.js';
import { mapDefaults } from '../../plan/map-plan.js';
import { addRowsFlags, readMap } from '../map/map-flags.js';
import type { MapFlags } from '../map/map-flags.js';
import { mapQuestion } from '../map/map-question.js';
import { runRows } from '../map/run-rows.js';
import { addRunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';

export function mapCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('map')
    .description('one prompt over the rows of a table: an answer for each row, in input order')
    .argument('<rows>', 'CSV, TSV, JSON Lines, a JSON array (gzip or not) or Parquet, or - for standard input')
    .option('--prompt <text>', 'what is asked about each row, or @FILE; {{ column }} stands for a value of it')
    .option('--prompt-file <file>', 'the same from a file')
    .option('--system <text>', 'what the model is told before each prompt, or @FILE')
    .option('--schema <file>', 'JSON Schema of an answer, in JSON or YAML; plain text without it')
    .option('--samples <n>', 'how often each row is asked about', String(mapDefaults.samples))
    .option('--vote [field]', 'take the answer that most samples give, by the whole answer or by one field of it');
  addRunFlags(addRowsFlags(command), mapDefaults).action(async (rows: string, flags: MapFlags) => {
    done(await runRows(rows, mapQuestion(await readMap(flags, world)), flags, world));
  });
}

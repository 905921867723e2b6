import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { counted, parseDollars } from '../read/numbers.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import type { World } from '../world.js';
import { dryRunMap } from './dry-run-map.js';
import { gatherRows } from './gather-rows.js';
import type { RowsFlags } from './map-flags.js';
import { outOf } from './out-of.js';
import { itemsOf, placedRows, plannedMap } from './planned-map.js';
import type { RowsQuestion } from './rows-question.js';

/**
 * Asks about each row of a table, and writes the answers.
 *
 * @throws InputError where the flags or the rows cannot be meant; nothing has been started then
 */
export async function runRows(path: string, question: RowsQuestion, flags: RowsFlags, world: World): Promise<ExitCode> {
  const usd = flags.budget === undefined ? undefined : parseDollars(flags.budget, 'budget');
  const table = await gatherRows(path, question, flags, world);
  const { rows, file, bounds, checked, columns } = table;
  const { prompts, each } = question;
  const say = sayer(world, flags.quiet);
  const anew = table.shape.writtenAnew(checked.columns);
  if (anew.length > 0) say(`the rows are answers of an earlier run: ${anew.join(', ')} are written anew.`);
  if (flags.dryRun) {
    const { attempts } = table.policy;
    return dryRunMap(checked, { prompts, each, attempts }, bounds, flags, world);
  }
  const out = await outOf(table, flags, world).catch(async (error: unknown) => {
    await file?.unlock();
    throw error;
  });
  try {
    if (checked.asked === 0) {
      await out?.write();
      say(`all ${checked.total.toLocaleString('en')} rows are in ${flags.out ?? ''}.`);
      return (file?.lost ?? 0) > 0 ? exitCodes.partial : exitCodes.complete;
    }
    const planned = plannedMap(question, checked, table.atLeast);
    const { policy, offline } = 'wide' in planned.plan ? planned.plan.wide : planned.plan.direct;
    const budget =
      'direct' in planned.plan ? await budgetOf(planned.plan.direct, undefined, flags, world) : bounds.budget(usd);
    const need = { offline, concurrency: policy.concurrency, ...bounds.questions(() => itemsOf(rows, file)) };
    const start = async (session: Session) =>
      question.start(session, await placedRows(planned, rows, file, session), {
        ...budget,
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${rows.table.title}: ${counted(checked.asked, 'row')}`,
        details: `**${counted(checked.asked, 'row')}**${each > 1 ? `, ${each} answers each` : ''}, ${policy.concurrency} at once.`,
      });
    const code = await conductRun(need, flags, world, start, out);
    if (code === exitCodes.interrupted && file !== undefined) {
      say(
        `the same command with \`--resume\` writes the rows that are still to come${flags.id === undefined ? '' : ', of the same run'}.`,
      );
    }
    // Rows that were ok before are part of the table.
    const okBefore = checked.total - checked.asked - (file?.lostForGood ?? 0);
    const isPartial = okBefore > 0 && (table.atLeast ?? 0) === 0;
    if (code === exitCodes.failed && isPartial && out?.isComplete === true) return exitCodes.partial;
    return code;
  } finally {
    await (out?.close() ?? Promise.resolve()).finally(() => file?.close(out?.isComplete === true, columns));
  }
}

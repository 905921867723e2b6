import { placeChunks, placeValue, startRun } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { planValidateOver } from '../../plan/validate-over-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import { sayer } from '../home/session.js';
import { checkEnough } from '../read/document-source.js';
import { counted, parseDollars } from '../read/numbers.js';
import { sayRead } from '../read/say-read.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRunWide } from '../run/dry-run.js';
import { withFilesPlaced } from '../run/place-documents.js';
import { readValidated } from '../run/read-validated.js';
import { sayNotes, sayTaken } from '../run/source-of.js';
import type { ValidateFlags } from '../run/validate-input.js';
import type { World } from '../world.js';

/**
 * Every check looks at each of several texts.
 *
 * @throws InputError where the flags or the texts cannot be meant; nothing has been started then
 */
export async function validateOver(
  files: readonly string[],
  options: ValidateInput & Required<Pick<ValidateInput, 'checks'>>,
  flags: ValidateFlags,
  world: World,
): Promise<ExitCode> {
  const usd = flags.budget === undefined ? undefined : parseDollars(flags.budget, 'budget');
  const say = sayer(world, flags.quiet);
  const found = await readValidated(files, options, flags, world, say);
  const { source, documents, bounds, places, references, each, checks, asksModel } = found;
  const { total, unreadable, read } = documents;
  if (source.skipped !== undefined) sayTaken(source, documents, say);
  sayNotes(documents, say);
  sayRead(read, say);
  const plan = planValidateOver({ ...options, chunks: [{ sha256: '', bytes: 0, count: total * each }] });
  const { policy, offline } = plan.wide;
  if (flags.dryRun) {
    return dryRunWide(bounds.summary(total * each), { unreadable, read, skipped: source.skipped }, flags, world);
  }
  checkEnough(documents, Math.ceil(policy.needed / each));
  // Patterns cost nothing, and need no key.
  const budget = asksModel ? bounds.budget(usd) : {};
  return conductRun(
    {
      offline: offline || !asksModel,
      asksModel,
      concurrency: policy.concurrency,
      ...bounds.questions(() => source.items()),
    },
    { ...flags, file: source.title, places },
    world,
    async ({ client, store, searchable }) => {
      const stored = references.map(async ({ name, text }) => ({ name, text: await placeValue(text, store) }));
      return startRun(client, {
        kind: 'validate',
        input: {
          ...options,
          ...budget,
          ...(references.length > 0 && { references: await Promise.all(stored) }),
          chunks: await placeChunks(withFilesPlaced(source.items(), store), store, total, each),
          searchable,
        },
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${source.title}: ${counted(total, 'text')}, ${checks.join(', ')}`,
        details: `**${counted(total, 'text')}**, ${counted(each, 'check')} each, ${policy.concurrency} at once.`,
      });
    },
  );
}

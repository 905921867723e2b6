import { placeDocument, placeValue, startRun } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { markdownLine } from '../../fold/visible-text.js';
import { planValidate } from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import { registerOwn } from '../home/register-own.js';
import { sayer } from '../home/session.js';
import { sayRead } from '../read/say-read.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun, questionsIn } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { withHits } from '../run/one-piece.js';
import { readTexts } from '../run/validate-input.js';
import type { ValidateFlags } from '../run/validate-input.js';
import type { World } from '../world.js';
import { counted } from '../read/numbers.js';

/**
 * Several checks look at one text.
 *
 * @throws InputError where the flags or the text cannot be meant; nothing has been started then
 */
export async function validateOne(
  file: string,
  options: Omit<ValidateInput, 'text' | 'document'> & Required<Pick<ValidateInput, 'checks'>>,
  flags: ValidateFlags,
  world: World,
): Promise<ExitCode> {
  const { sources } = options;
  // Flags are checked before a byte is read.
  planValidate({ ...options, text: '', document: { inline: '' } });
  const { text, title, place, references, read } = await readTexts(
    file,
    flags,
    options.checks,
    world,
    sayer(world, flags.quiet),
  );
  const inline = references.map(({ name, text: reference }) => ({ name, text: { inline: reference } }));
  const plan = planValidate({ ...options, text, document: { inline: text }, references: inline });
  // A prompt's parts are counted as the text that they make together.
  const asked = {
    ...plan.asked,
    branches: plan.asked.branches.map((branch) => withHits(branch, sources !== undefined)),
  };
  sayRead(read, sayer(world, flags.quiet));
  if (flags.dryRun) return dryRun(asked, text, flags, world, { read });
  const { budget } = await budgetOf(asked, text, flags, world);
  // Patterns cost nothing, and need no key.
  const asksModel = plan.asked.branches.length > 0;
  const { offline, policy } = plan.asked;
  const need = {
    offline: offline || !asksModel,
    asksModel,
    concurrency: policy.concurrency,
    ...(sources === undefined && questionsIn(asked, text)),
  };
  return conductRun(
    need,
    { ...flags, file: file === '-' ? 'stdin' : file, place, ...(flags.fix === true && { fixOf: text }) },
    world,
    async ({ client, store, searchable }) => {
      await registerOwn({ sources }, world);
      const input: ValidateInput = {
        ...options,
        ...(budget && {
          budget: {
            ...budget,
            boundsUsd: [...budget.boundsUsd, ...plan.keys.slice(budget.boundsUsd.length).map(() => 0)],
          },
        }),
        text,
        document: await placeDocument(text, store),
        ...(references.length > 0 && {
          references: await Promise.all(
            references.map(async ({ name, text: reference }) => ({ name, text: await placeValue(reference, store) })),
          ),
        }),
        title,
        searchable,
      };
      return startRun(client, {
        kind: 'validate',
        input,
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${title}: ${plan.keys.join(', ')}`,
        details: `**${counted(plan.keys.length, 'check')}** on ${markdownLine(title)} (${text.length.toLocaleString('en')} characters): ${markdownLine(plan.keys.join(', '))}.`,
      });
    },
  );
}

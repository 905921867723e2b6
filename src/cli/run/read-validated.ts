import { InputError } from '../../contract/errors.js';
import type { OwnCheck, ValidateInput } from '../../plan/validate-plan.js';
import { requestsAbout } from '../../plan/item-request.js';
import { planValidateAny } from '../../plan/validate-over-plan.js';
import type { Say } from '../home/session.js';
import { checkDocuments } from '../read/document-source.js';
import { FilePlaces } from '../read/file-places.js';
import { checkPatterns } from '../read/read-checks.js';
import { textOnly } from '../read/read-content.js';
import type { World } from '../world.js';
import { DocumentBounds } from './document-bounds.js';
import { inOnePiece } from './one-piece.js';
import { sourceOf } from './source-of.js';
import { readReferences } from './validate-input.js';
import type { ValidateFlags } from './validate-input.js';

/**
 * The texts of a run over several: counted, bounded, their places noted, and their checks tried.
 *
 * @throws InputError where one of the checks, of the references or all texts cannot be used; nothing has been started then
 */
export async function readValidated(
  files: readonly string[],
  options: ValidateInput & Required<Pick<ValidateInput, 'checks'>>,
  flags: ValidateFlags,
  world: World,
  say: Say,
) {
  const countsCost = flags.budget !== undefined || flags.dryRun === true;
  // Flags are checked before a byte is read.
  const blank = planOf(options, []);
  const references = await readReferences(flags.reference, world, say);
  const { template } = references.length === 0 ? blank.wide : planOf(options, references).wide;
  const source = await sourceOf(files, flags, world, say, textOnly);
  const bounds = new DocumentBounds(template.model, ({ text, ...item }) =>
    requestsAbout({ ...item, text }, template).map(({ request }) => ({ request: inOnePiece(request), document: text })),
  );
  const places = new FilePlaces();
  let longest = '';
  const documents = await checkDocuments(source, 0, async (item) => {
    if (item.text.length > longest.length) longest = item.text;
    if (countsCost) bounds.add(item);
    await places.add(item, flags.from, world);
  });
  await checkPatterns(
    options.checks.filter((check): check is OwnCheck => typeof check !== 'string'),
    longest,
  );
  if (flags.fix === true) checkFixable(places, say);
  const each = template.ways?.length ?? 1;
  return {
    source,
    documents,
    bounds,
    places,
    references,
    each,
    checks: blank.findings.checks,
    asksModel: blank.asksModel,
  };
}

/** The plan of what is asked about any of the texts, whatever the join says of all. */
function planOf(options: ValidateInput, references: readonly { name: string; text: string }[]) {
  const inline = references.map(({ name, text }) => ({ name, text: { inline: text } }));
  return planValidateAny({ ...options, ...(inline.length > 0 && { references: inline }) });
}

function checkFixable(places: FilePlaces, say: Say): void {
  const { own, total } = places;
  if (own === 0) {
    throw new InputError(
      `Expected a text in UTF-8 where there is \`--fix\`, got ${total} texts that are taken out of their files: a patch of them does not fit the files.`,
      'Validate them without `--fix`; only text files in UTF-8 are patched.',
    );
  }
  if (own < total) say(`${total - own} of ${total} texts are taken out of their files, and are not patched.`);
}

import { withoutBytes } from '../../contract/document.js';
import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import { answersPerItem, requestsAbout } from '../../plan/item-request.js';
import { plannedRun } from '../../plan/kinds.js';
import { inOnePiece } from './one-piece.js';
import { DocumentBounds } from './document-bounds.js';
import type { Bounded } from './retried-plan.js';

/** The bounds of those documents of a wide run that are begun anew. */
export async function documentBounds({ retry, view, input, store }: Bounded): Promise<DocumentBounds> {
  const { wide } = plannedRun(retry.kind, { ...input, budget: undefined });
  if (wide === undefined) throw new InputError('Expected a run in lanes.');
  const anew = new Set(retry.anew.map(({ index }) => index));
  const each = answersPerItem(wide.template);
  let first = 0;
  const bounds = new DocumentBounds(wide.template.model, (item) => {
    const document = item.file === undefined ? item.text : withoutBytes(item.file);
    return requestsAbout(item, wide.template).flatMap(({ request, at }) =>
      anew.has(first + at)
        ? [{ request: inOnePiece(request), ...(wide.template.filled !== true && { document }) }]
        : [],
    );
  });
  for (const chunk of view.planned.wide?.chunks ?? []) {
    for (const item of JSON.parse(await store.readText(chunk)) as Item[]) {
      if (item.unreadable === undefined) bounds.add(item);
      first += each;
    }
  }
  return bounds;
}

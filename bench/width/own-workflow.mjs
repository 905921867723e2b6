// The workflow of `own.mjs`.
import { ask, fanOut } from 'fanfold/workflows';

/** Asks about so many documents, each with a question of its own, and looks at every outcome as it comes. */
export async function own(count, options) {
  const run = fanOut(
    Array.from({ length: count }, (_, index) => `The supplier of annex ${index} owes the customer notice.`),
    (document) => ask({ document, prompt: 'Summarise the document in 2 sentences.' }),
    options,
  );
  let ok = 0;
  for await (const { status } of run) if (status === 'ok') ok += 1;
  const outcomes = await run.outcomes;
  return { ok, total: outcomes.length };
}

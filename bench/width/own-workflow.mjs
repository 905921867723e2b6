// The workflows of `own.mjs`.
import { ask, fanOut } from 'fanfold/workflows';

/** Asks about so many documents, each with a question of its own. */
function asked(count, options) {
  return fanOut(
    Array.from({ length: count }, (_, index) => `The supplier of annex ${index} owes the customer notice.`),
    (document) => ask({ document, prompt: 'Summarise the document in 2 sentences.' }),
    options,
  );
}

/** Looks at every outcome as it comes. */
export async function own(count, options) {
  const run = asked(count, options);
  let ok = 0;
  for await (const { status } of run) if (status === 'ok') ok += 1;
  const outcomes = await run.outcomes;
  return { ok, total: outcomes.length };
}

/** Looks at the outcomes when all are there. */
export async function ownAtOnce(count, options) {
  const outcomes = await asked(count, options).outcomes;
  return { ok: outcomes.filter(({ status }) => status === 'ok').length, total: outcomes.length };
}

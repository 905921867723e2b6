// A workflow of somebody's own: questions in lanes or one by one, in a branch beside others.
import { ask, fanOut } from '../../../../dist/workflows/library.js';

/** @type {import('../../../../dist/workflows/library.js').FanOutOptions} */
const patient = { attempts: 20, timeout: '5m', join: 'settled' };

export async function nemesisOwn({ texts, concurrency }) {
  const questions = () =>
    fanOut(texts, (text) => ask({ document: text, prompt: 'Who does what?' }), { ...patient, concurrency });
  const { rows, first, last } = await fanOut(
    {
      rows: async () =>
        (await questions().outcomes).map((outcome) => ({ status: outcome.status, output: outputOf(outcome) })),
      first: ask({ document: texts[0], prompt: 'Who is named first?' }),
      last: ask({ document: texts.at(-1), prompt: 'Who is named last?' }),
    },
    patient,
  ).outcomes;
  return { rows: outputOf(rows), first: outputOf(first), last: outputOf(last) };
}

function outputOf(outcome) {
  return outcome.output;
}

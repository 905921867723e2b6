import { gatewayIn } from '../../contract/gateway.js';
import { CpuPool } from '../../cpu/index.js';
import { questionKey } from '../../journal/index.js';
import { buildRequest, isLong } from '../../model/index.js';
import { apiOfModel } from '../../model/providers/api-of.js';
import { outputFormatOf } from '../../model/call/output-format.js';
import { modelApiOf } from '../home/api-key.js';
import { openJournalOf } from '../home/journal-of.js';
import { homeOf } from '../home/session.js';
import type { Say } from '../home/session.js';
import type { WorkerNeed } from '../worker/worker-need.js';
import type { World } from '../world.js';

type Questions = NonNullable<WorkerNeed['questions']>;

/**
 * How many questions there are, where the journal has the answer to each of them; the first that it has not ends the search.
 *
 * @throws UnavailableError when the journal cannot be used
 */
export async function answeredByJournal(questions: Questions, say: Say, world: World): Promise<number | undefined> {
  const api = modelApiOf(world);
  if (api === undefined) return undefined;
  const host = { cpu: new CpuPool(), run: '' };
  const journal = await openJournalOf(homeOf(world), world, say);
  try {
    let count = 0;
    for await (const { request, document } of questions()) {
      // A long document is asked about in parts, whose questions follow from answers.
      if (typeof document === 'string' && isLong(document, request)) return undefined;
      const format = request.outputSchema && outputFormatOf(request.outputSchema, host);
      const body = buildRequest(request, document, format?.wire);
      const { sample } = request;
      const source = gatewayIn(world.env) !== undefined ? api.baseURL : apiOfModel(body.model, api, world.env).baseURL;
      const key = questionKey({ source, body, ...(sample !== undefined && { sample }) });
      if ((await journal.get(key)) === undefined) return undefined;
      count += 1;
    }
    return count;
  } finally {
    await journal.close();
  }
}

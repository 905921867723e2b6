import type { Activities, BatchOrder } from '../src/contract/activities.js';
import type { ChunkOrder } from '../src/contract/lanes.js';
import type { CpuPool } from '../src/cpu/index.js';
import { modelFor } from './ask/api-for.js';
import { batchActivity } from './batch/batch-activity.js';
import type { BatchContext } from './batch/batch-activity.js';
import { orderOfBranches, orderOfChunk } from './batch/batch-order.js';
import { collect } from './batch/collect.js';
import { laneResultOf } from './batch/lane-result.js';
import { submit } from './batch/submit.js';
import type { ActivitiesSettings } from './settings.js';

type BatchActivities = Pick<
  Activities,
  'submitBatches' | 'collectBatches' | 'submitChunk' | 'collectChunk' | 'haveBatchesEnded' | 'cancelBatches'
>;

/**
 * The activities of the economy lane: questions asked as Message Batches.
 *
 * Batches-1. A batch is submitted once, even where a worker or the server dies around the submission.
 * Batches-2. Every proper answer of a batch is in the journal before anything else happens to it.
 */
export function createBatchActivities(settings: ActivitiesSettings & { cpu: CpuPool }): BatchActivities {
  const { store, cpu } = settings;
  const around = ({ offline }: { offline: boolean }, run: string) => ({
    store,
    cpu,
    run,
    modelFor: (model: string) => modelFor({ offline, model }, settings),
  });
  const branches = (order: BatchOrder, { run }: BatchContext) => orderOfBranches(order, around(order, run));
  const documents = (order: ChunkOrder, { run }: BatchContext) => orderOfChunk(order, around(order, run));
  return {
    submitBatches: (order) =>
      batchActivity(settings, order, async (context) => submit(await branches(order, context), context)),
    collectBatches: (order, batches) =>
      batchActivity(settings, order, async (context) => collect(await branches(order, context), batches, context)),
    submitChunk: (order) =>
      batchActivity(settings, order, async (context) => submit(await documents(order, context), context)),
    collectChunk: (order, batches) =>
      batchActivity(settings, order, async (context) => {
        const questions = await documents(order, context);
        return laneResultOf(order, questions, batches, await collect(questions, batches, context), settings);
      }),
    haveBatchesEnded: ({ offline, ids }) =>
      batchActivity(settings, { offline }, async ({ client, signal }) => {
        const statuses = await Promise.all(ids.map((id) => client.messages.batches.retrieve(id, {}, { signal })));
        return statuses.every(({ processing_status: status }) => status === 'ended');
      }),
    cancelBatches: ({ offline, ids }) =>
      batchActivity(settings, { offline }, async ({ client, signal }) => {
        for (const id of ids) {
          const { processing_status: status } = await client.messages.batches.retrieve(id, {}, { signal });
          if (status === 'in_progress') await client.messages.batches.cancel(id, {}, { signal });
        }
      }),
  };
}

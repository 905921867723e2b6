import * as z from 'zod';

import type { Run } from '../../contract/run.js';

/** What a client is given of a run. */
export const shownRunShape = {
  workflowId: z.string().describe('Id of the run: `show` and `fanfold watch` find it by that.'),
  runId: z.string(),
  status: z.enum(['complete', 'partial', 'failed', 'cancelled', 'running']),
  output: z.unknown(),
  coverage: z.object({ ok: z.number(), total: z.number() }),
  notOk: z
    .array(z.object({ key: z.string(), status: z.string(), message: z.string().optional() }))
    .describe('Branches without an answer; at most 100.'),
  error: z.string().optional(),
  costUsd: z.number().nullable(),
  savedUsd: z.number(),
  elapsedMs: z.number(),
  offline: z.boolean().describe('Whether the offline model answered, which only extracts sentences.'),
  webUi: z.string().nullable().describe("The run's page in the Web UI."),
};

export type ShownRun = z.infer<z.ZodObject<typeof shownRunShape>>;

/** Most branches that are named. */
const mostNamed = 100;

export function shownRun(run: Run): ShownRun {
  const { workflowId, runId, status, output, coverage, error, costUsd, savedUsd, elapsedMs, offline, webUi } = run;
  const notOk = run.branches.filter((branch) => branch.status !== 'ok').slice(0, mostNamed);
  return {
    workflowId,
    runId,
    status,
    output: output ?? null,
    coverage,
    notOk: notOk.map((branch) => ({
      key: branch.key,
      status: branch.status,
      ...(branch.error !== undefined && { message: branch.error.message }),
    })),
    ...(error !== undefined && { error: error.message }),
    costUsd,
    savedUsd,
    elapsedMs,
    offline,
    webUi,
  };
}

import { planResearch } from '../src/plan/research-plan.js';
import type { ResearchInput } from '../src/plan/research-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { ResearchRun } from './agents/research-run.js';

/**
 * A question is divided into branches, which search and answer at once. Another round asks what they leave open. One report cites
 * it all.
 */
export async function research(given: ResearchInput): Promise<RunResult> {
  const input = entered('research', given);
  const run = new ResearchRun(
    checked(() => planResearch(input)),
    input,
  );
  let branches = await run.planBranches();
  for (let round = 1; branches.length > 0; round += 1) {
    await run.work(branches);
    branches = round < run.plan.rounds ? await run.findGaps() : [];
  }
  return run.report();
}

import { planPerspectives } from './perspectives-plan.js';
import type { PerspectivesInput, Policy } from './plan.js';

/** What a run's input says about the run before it has done anything. */
export interface PlannedRun {
  /** In input order. */
  keys: readonly string[];
  offline: boolean;
  /** `null` where the input is not one of fanfold's. */
  policy: Policy | null;
}

/** The plan inside a run's input; no branches where the input is not one of fanfold's. */
export function plannedRun(kind: string, input: unknown): PlannedRun {
  try {
    if (kind === 'perspectives') {
      const { branches, offline, policy } = planPerspectives(input as PerspectivesInput);
      return { keys: branches.map(({ key }) => key), offline, policy };
    }
  } catch {
    // The run itself fails with the reason; here there is just nothing to list.
  }
  return { keys: [], offline: false, policy: null };
}

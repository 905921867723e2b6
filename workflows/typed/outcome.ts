// Programs that read outcomes outside of a workflow have the same types.
export { outcomeFor } from '../../src/contract/typed-outcome.js';
export type { Ended, LostOutcome, OkOutcome, Outcome, UnfitOutcome } from '../../src/contract/typed-outcome.js';

/** What a gateway counts since it was started, beside what its limiters and its books know. */
export interface Counts {
  /** Questions of workers and other programs. */
  questions: number;
  /** Of those, how many were joined to a call of an earlier try, or given its answer. */
  joined: number;
  /** Of those, how many were answered from the journal. */
  journalHits: number;
  /** Of those, how many the day's budget refused. */
  overBudget: number;
}

export function noCounts(): Counts {
  return { questions: 0, joined: 0, journalHits: 0, overBudget: 0 };
}

/** Widest fan-out that gives each branch an activity of its own. */
export const maxDirectWidth = 50;

/**
 * Most things that each text of a run in lanes is asked, and UTF-16 code units of all of them: they travel in the input of every lane,
 * of which four may be scheduled in one workflow task, and Temporal takes 4 MB of it.
 */
export const mostWays = 500;
export const mostWaysLength = 800_000;

/** Most answers of a run in lanes that a model folds into one: some two hundred calls, which history has room for. */
export const maxFoldedWidth = 10_000;

/** Most answers that one judge compares, and most keys that a fan-in lists. */
export const mostJudged = 50;

/**
 * Largest document that travels inside history, in bytes; a larger one is stored and travels by reference. Temporal's own limit
 * is 2 MB a payload and 4 MB a task, and each of 50 branches carries the document.
 */
export const inlineDocumentBytes = 32 * 1_024;

/**
 * Most bytes of one run's answers that stay in history, all branches together. Temporal's limit for the run's result is 2 MB, and
 * the merged output repeats them.
 */
export const inlineAnswersBytes = 600 * 1_024;

/** Largest document accepted, in UTF-8 bytes: far above any model's context, far below what would trouble a worker. */
export const maxDocumentBytes = 64 * 1_024 * 1_024;

/**
 * Least bytes of a shared document that is put in the provider's prompt cache, about 5,000 tokens. Models cache nothing below 512
 * to 4,096 tokens, and with less the other branches need not wait until the first answer has begun.
 */
export const leastCachedBytes = 20_000;

/** Model calls at once before anything is known of the API's limits: a run of as many branches takes as long as one. */
export const defaultRampFrom = 20;

/** Longest key of a branch, in UTF-16 code units: it labels an activity, whose id may have 1,000 bytes. */
export const longestKey = 200;

/** Largest value that is read from the store into history, in bytes: Temporal takes 2 MB a payload. */
export const maxReadBytes = 1_500_000;

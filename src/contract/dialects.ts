/** The dialects of English that the local grammar check knows. */
export const dialects = ['american', 'british', 'australian', 'canadian', 'indian'] as const;

/** A dialect of English that the grammar check knows. */
export type Dialect = (typeof dialects)[number];

/** The dialects of English that the local grammar check knows. */
export const dialects = ['american', 'british', 'australian', 'canadian', 'indian'] as const;

export type Dialect = (typeof dialects)[number];

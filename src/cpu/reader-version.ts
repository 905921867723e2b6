/** Raised with every change of what readers make of documents: texts that were kept before are no longer theirs. */
export const readerVersion = 6;

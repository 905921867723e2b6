// The tasks of the pool's threads: each export is one.
export { checkGrammar } from './tasks/check-grammar.js';
export { checkSchema } from './tasks/check-schema.js';
export { extractText } from './tasks/extract-text.js';
export { findPattern } from './tasks/find-pattern.js';
export { nearDuplicates } from './tasks/near-duplicates.js';
export { splitByTokens } from './tasks/split-by-tokens.js';
export { readHits } from './tasks/read-hits.js';
export { searchFolder } from './tasks/search-folder.js';
export { listFolder } from './tasks/list-folder.js';
export { readPart } from './tasks/read-part.js';
export { readPdf } from './tasks/read-pdf.js';

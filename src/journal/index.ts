export type { Entry } from './entry.js';
export type { Asked, Journal, JournalStats, Once } from './journal.js';
export { checkJournalSettings, openJournal } from './open-journal.js';
export type { JournalSettings } from './open-journal.js';
export { questionKey } from './question-key.js';
export type { Question } from './question-key.js';
export { JournalTransfer } from './transfer/journal-transfer.js';
export type { Imported, PlacedLine } from './transfer/journal-transfer.js';

// `fanfold/testing`: for tests of your own workflows.
export { mockAsk } from './mock-ask.js';
export type { AskedQuestion, MockAnswer } from './mock-answer.js';
export type { MockPlugin } from './mock-ask.js';
export type { MemoryStore } from './memory-store.js';

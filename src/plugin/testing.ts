// `fanfold/testing`: for tests of your own workflows.
export { mockAsk } from './mock-ask.js';
export type { AskedQuestion, MockAnswer } from './mock-answer.js';

// Written by bench/tokens/measure-runs.mjs: what each ASCII character takes in a long row of it, in Claude 2's tokeniser and in o200k_base,
// the larger of both. Do not edit: measure again.

/** Parts of 64 less one, a letter of base64 for each character. */
export const runCosts =
  '/77777777HD77/777777777777777777ADOAOBdOOOABdABBTTTTTTTTTTHdHBMOHHdOddOddddddOdOddddddddDOddOdHCdHOOOOHdOddddddOddOOddOdHOddddB7';

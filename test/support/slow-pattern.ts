/**
 * A regular expression that goes through every way to divide the letters of `slowText`, and ends by itself: in about a second, some
 * times the limit that the tests give it.
 */
export const slowPattern = '^(a+)+$';
export const slowText = `${'a'.repeat(28)}b`;

/** Short, so that what is stopped need not take long, and long enough for a thread to compile what is quick. */
export const shortLimitMs = 300;

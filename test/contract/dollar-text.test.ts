import { expect, it } from 'vitest';

import { dollarText } from '../../src/contract/usage.js';

it.each([
  [0, '$0.0000'],
  [1.5, '$1.5000'],
  [0.00005, '$0.0001'],
  [0.000049, '$0.00005'],
  [0.0000021, '$0.000002'],
  [-0.000012, '$-0.00001'],
  [-0.25, '$-0.2500'],
])('shows %d as an amount that is not none', (usd, shown) => {
  expect(dollarText(usd)).toBe(shown);
});

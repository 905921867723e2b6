import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Limiter } from '../../../src/model/limiter/index.js';
import type { CallOutcome } from '../../../src/model/limiter/index.js';
import { Crowd } from './crowd.js';
import { seeded, VirtualClock } from './virtual-clock.js';

const retryAfterMs = fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: undefined });

const few = fc.integer({ min: 1, max: 5 });

const headers = fc.option(
  fc.record({ limit: fc.oneof(few, fc.integer({ min: 1, max: 5_000 })), remaining: fc.oneof(few, fc.nat(5_000)) }).map(
    ({ limit, remaining }) =>
      new Headers({
        'anthropic-ratelimit-requests-limit': `${limit}`,
        'anthropic-ratelimit-requests-remaining': `${remaining}`,
        'anthropic-ratelimit-input-tokens-limit': `${limit * 1_000}`,
        'anthropic-ratelimit-input-tokens-remaining': `${remaining * 1_000}`,
      }),
  ),
  { nil: undefined },
);

const answered = fc.record({
  is: fc.constant('answered' as const),
  usage: fc.record({
    inputTokens: fc.nat(100_000),
    outputTokens: fc.nat(10_000),
    cacheReadTokens: fc.nat(10_000),
    cacheWriteTokens: fc.nat(10_000),
  }),
  headers,
});

const outcome: fc.Arbitrary<CallOutcome> = fc.oneof(
  { arbitrary: answered, weight: 6 },
  fc.record({
    is: fc.constant('throttled' as const),
    kind: fc.constantFrom('rate' as const, 'ramp' as const),
    retryAfterMs,
    headers,
  }),
  fc.record({ is: fc.constant('overloaded' as const), retryAfterMs, headers }),
  fc.record({ is: fc.constant('failed' as const), headers }),
);

const spendLimit = fc.record({ is: fc.constant('spend-limit' as const), reason: fc.constant('No money left.') });

const which = fc.nat(1_000);
const step = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      inputTokens: fc.option(fc.nat(50_000), { nil: undefined }),
      patienceMs: fc.option(fc.nat(20_000), { nil: undefined }),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which,
      outcome: fc.oneof({ arbitrary: outcome, weight: 12 }, spendLimit),
      abortToo: fc.boolean(),
    }),
    weight: 4,
  },
  fc.record({ do: fc.constant('abort' as const), which }),
  { arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(90_000) }), weight: 3 },
);

it('keeps Limiter-1 to Limiter-5 whatever is asked, ended, aborted and answered in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 100, size: 'max' }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer(),
      async (steps, ceiling, seed) => {
        const clock = new VirtualClock();
        const limiter = new Limiter('sonnet', { ceiling, clock, random: seeded(seed) });
        const crowd = new Crowd(limiter, clock);
        for (const each of steps) {
          const before = crowd.left.length;
          switch (each.do) {
            case 'ask':
              crowd.ask(each);
              break;
            case 'end':
              crowd.end(each.which, each.outcome);
              // In the same moment: whoever was just let go may be the one who is aborted.
              if (each.abortToo) crowd.abort(0);
              break;
            case 'abort':
              crowd.abort(each.which);
              break;
            case 'pass':
              await clock.pass(each.ms);
              break;
          }
          await clock.pass(0);
          const { inFlight, cap, waiting } = limiter.snapshot();
          if (crowd.left.length > before) expect(inFlight, 'Limiter-1').toBeLessThanOrEqual(cap);
          expect(cap, 'Limiter-1').toBeLessThanOrEqual(ceiling);
          expect(cap, 'Limiter-1').toBeGreaterThanOrEqual(1);
          expect(inFlight, 'Limiter-2').toBe(crowd.inFlight);
          expect(waiting, 'Limiter-2').toBe(crowd.waiting);
          expect(crowd.tooEarly, 'Limiter-3').toEqual([]);
          expect(crowd.left, 'Limiter-4').toEqual(crowd.left.toSorted((one, other) => one - other));
        }
        // Limiter-5: with all that is in flight being answered, everybody leaves or is turned away.
        for (let rounds = 0; crowd.waiting + crowd.inFlight > 0; rounds += 1) {
          expect(rounds, 'Limiter-5').toBeLessThan(1_000);
          while (crowd.inFlight > 0) crowd.end(0, { is: 'answered', usage: noTokens });
          await clock.pass(60_000);
        }
        expect(limiter.snapshot(), 'Limiter-2').toMatchObject({ inFlight: 0, waiting: 0 });
      },
    ),
    { numRuns: 500 },
  );
});

const noTokens = { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** Kinds of run that take an option: commands refuse the rest. */
const asking = ['perspectives', 'summarise', 'map', 'validate', 'compare'];
const takes = { join: asking, deadline: [...asking, 'gather', 'graph'], hedge: [...asking, 'graph'], economy: asking };

/** Whether branches of a kind read what others have answered. */
export const isDependent = (kind) => !asking.includes(kind);

/**
 * What a run is told besides: whom it waits for, for how long, what for, and who goes first.
 *
 * @param {{ random: import('./random.mjs').Random, kind: string, branches?: number }} run
 * @returns {{ words: string[], isHedged?: boolean, isPartial?: boolean, isBatched?: boolean }} `words` that the undisturbed run is not told;
 *     `isPartial`: which branches end ok depends on time
 */
export function drawOptions({ random, kind, branches = 2 }) {
  // Each is drawn whatever the kind, so that all that comes after follows from the seed alone.
  const drawn = (what, share) => random.chance(share) && takes[what].includes(kind);
  const priority = random.chance(0.3) ? ['--priority', String(random.integer(1, 5))] : [];
  const quorum = random.integer(1, branches);
  const join = drawn('join', 0.2)
    ? random.pick([
        ['--join', 'quorum', '--quorum', String(quorum)],
        ['--join', 'first'],
        ['--join', 'all'],
      ])
    : [];
  const late = random.pick(['cancel', 'amend']);
  // Nodes of a graph wait for one another, so that none of them amends anything.
  const deadline = drawn('deadline', 0.2)
    ? ['--deadline', `${random.integer(3, 20)}s`, '--late', kind === 'graph' ? 'cancel' : late]
    : [];
  const hedge = drawn('hedge', 0.2) ? ['--hedge'] : [];
  // Batches are asked for once, so that there is nobody to race.
  const economy = drawn('economy', 0.15) && hedge.length === 0 ? ['--economy'] : [];
  return {
    words: [...priority, ...join, ...deadline, ...hedge, ...economy],
    ...(hedge.length > 0 && { isHedged: true }),
    ...(economy.length > 0 && { isBatched: true }),
    ...((join.length > 0 || deadline.length > 0) && { isPartial: true }),
  };
}

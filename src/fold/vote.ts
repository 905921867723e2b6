/**
 * The value that most have. Values with the same JSON are the same; the first of equally frequent ones wins.
 *
 * @param weights how much each value counts, in the order of the values; 1 by default
 * @returns `undefined` where nobody says anything; `votes` is the sum of the weights of those who say it, and `tied` is whether as many
 *     say something else
 */
export function vote(
  values: readonly unknown[],
  weights: readonly number[] = [],
): { value: unknown; votes: number; of: number; tied: boolean } | undefined {
  const ballots = values.map((value) => JSON.stringify(value));
  const counts = new Map<string, number>();
  for (const [at, ballot] of ballots.entries()) counts.set(ballot, (counts.get(ballot) ?? 0) + (weights[at] ?? 1));
  const votes = Math.max(0, ...counts.values());
  const index = ballots.findIndex((ballot) => counts.get(ballot) === votes);
  if (index < 0) return undefined;
  const tied = [...counts.values()].filter((count) => count === votes).length > 1;
  return { value: values[index], votes, of: values.length, tied };
}

/** The ballot of an answer: without case, and without the space and punctuation around it. */
export function ballotOf(answer: unknown): string {
  return typeof answer === 'string'
    ? answer
        .toLowerCase()
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/^[\s"'`*.,;:!?()[\]]+|[\s"'`*.,;:!?()[\]]+$/g, '')
    : JSON.stringify(answer);
}

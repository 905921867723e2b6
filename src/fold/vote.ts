/**
 * The value that most have. Values with the same JSON are the same; the first of equally frequent ones wins.
 *
 * @returns `undefined` where nobody says anything
 */
export function vote(values: readonly unknown[]): { value: unknown; votes: number; of: number } | undefined {
  const ballots = values.map((value) => JSON.stringify(value));
  const counts = new Map<string, number>();
  for (const ballot of ballots) counts.set(ballot, (counts.get(ballot) ?? 0) + 1);
  const votes = Math.max(0, ...counts.values());
  const index = ballots.findIndex((ballot) => counts.get(ballot) === votes);
  return index < 0 ? undefined : { value: values[index], votes, of: values.length };
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

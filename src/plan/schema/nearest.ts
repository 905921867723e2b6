/** Most letters that a misspelt name is away from the one that is meant. */
const farthest = 2;

/** The name that was probably meant: the same but for case, `_` and `-`, or a few letters away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = plainOf(name);
  const ranked = known
    .map((each) => ({ each, away: distance(plain, plainOf(each)) }))
    .filter(({ each, away }) => away <= Math.min(farthest, Math.floor(each.length / 3)))
    .toSorted((one, other) => one.away - other.away);
  return ranked[0]?.each;
}

function plainOf(name: string): string {
  return name.slice(0, 100).replaceAll(/[_-]/g, '').toLowerCase();
}

/** How many letters have to be put in, left out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of one.split('').entries()) {
    const next = [line + 1];
    for (let at = 1; at < row.length; at += 1) {
      const changed = (row[at - 1] ?? 0) + (other[at - 1] === letter ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

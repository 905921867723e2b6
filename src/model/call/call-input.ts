/**
 * What a call gives its tool, as an object wherever one can be meant: some gateways leave out an input that is empty, and some hand on
 * the text of its JSON.
 */
export function inputOf(given: unknown): unknown {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return given;
  }
}

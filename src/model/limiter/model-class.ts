/** The part of the API's limits that models share: they are per model class. `other` where the id names none. */
export type ModelClass = 'haiku' | 'sonnet' | 'opus' | 'fable' | 'mythos' | 'other';

const named: readonly ModelClass[] = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'];

export function modelClassOf(model: string): ModelClass {
  return named.find((each) => model.includes(each)) ?? 'other';
}

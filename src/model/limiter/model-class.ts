/** The class of a model: the API has limits per model class. `other` where the id names none. */
export type ModelClass = 'haiku' | 'sonnet' | 'opus' | 'fable' | 'mythos' | 'other';

const named: readonly ModelClass[] = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'];

export function modelClassOf(model: string): ModelClass {
  return named.find((each) => model.includes(each)) ?? 'other';
}

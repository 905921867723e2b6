import { namedModel } from '../../contract/providers.js';
import type { Provider } from '../../contract/providers.js';

/** The class of a model: the API has limits per model class. `other` where the id names none. */
type ClaudeClass = 'haiku' | 'sonnet' | 'opus' | 'fable' | 'mythos' | 'other';

/** The same of another provider, whose limits are its own; of those that serve others than Claude each model has its own. */
export type ModelClass = ClaudeClass | `${Provider}:${string}`;

const named: readonly ClaudeClass[] = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'];

export function modelClassOf(model: string): ModelClass {
  const { provider, name } = namedModel(model);
  const found = named.find((each) => name.includes(each)) ?? 'other';
  if (provider === 'anthropic') return found;
  return `${provider}:${provider.startsWith('openai') ? name : found}`;
}

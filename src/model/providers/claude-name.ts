/** Prefixes of Amazon's inference profiles, and what its own names are made of. */
const amazon = /^(?:(global|us|us-gov|eu|jp|au|apac|ca)\.)?anthropic\.(claude-.+?)(?:-v\d+(?::\d+)?)?$/;

/** Days of models whose snapshot is part of the name in clouds: later models have none. */
const snapshots: Readonly<Record<string, string>> = {
  'claude-opus-4-5': '20251101',
  'claude-sonnet-4-5': '20250929',
  'claude-haiku-4-5': '20251001',
  'claude-opus-4-1': '20250805',
  'claude-opus-4': '20250514',
  'claude-sonnet-4': '20250514',
};

/** The day of a model's snapshot, and its name without it. A name that has none has the one that clouds know. */
export function snapshotOf(name: string): { model: string; day: string | undefined } {
  const [, model = name, day] = /^(claude-.+?)-(20\d{6})$/.exec(name) ?? [];
  return { model, day: day ?? snapshots[model] };
}

/**
 * Anthropic's own name for a model of Claude that a cloud has another name for: `claude-sonnet-4-5` for
 * `global.anthropic.claude-sonnet-4-5-20250929-v1:0` and `claude-sonnet-4-5@20250929`. `undefined` for what is no name of Claude's, such as
 * the ARN of an inference profile.
 */
export function claudeName(name: string): string | undefined {
  const plain = amazon.exec(name)?.[2] ?? name.replace(/@(20\d{6}|latest|default)$/, '');
  return /^claude-[a-z\d-]+$/.test(plain) ? plain.replace(/-20\d{6}$/, '') : undefined;
}

/** Whether an Amazon model is asked wherever there is room, which costs what Anthropic asks. */
export function isGlobal(name: string): boolean {
  return name.startsWith('global.') || !/anthropic\.|^arn:/.test(name);
}

// A loader of webpack, which takes CommonJS: see `with-outputs.ts`.

interface LoaderContext {
  resourcePath: string;
}

/** Whether it is what `output` makes: see `src/contract/output.ts`. */
function isOutput(candidate: unknown): boolean {
  const { jsonSchema, ...others } = (candidate ?? {}) as { jsonSchema?: unknown };
  return typeof jsonSchema === 'object' && jsonSchema !== null && Object.keys(others).length === 0;
}

/** Whether a module is one of CommonJS: `default` is the whole of it, and nothing in it is written as in others. */
function isCommonJs(module: Record<string, unknown>, source: string): boolean {
  // From Node 23 on the whole has a second name.
  const { default: whole, 'module.exports': _, ...exported } = module;
  if (!Object.keys(module).includes('default') || /^\s*(?:import|export)\b/m.test(source)) return false;
  if (typeof whole !== 'object' || whole === null || isOutput(whole)) return false;
  return Object.entries(exported).every(([name, value]) => (whole as Record<string, unknown>)[name] === value);
}

/** What the compiler wrote as `default` into a module of CommonJS, in a list of none or one: whoever requires it is given that. */
function ownDefault(module: Record<string, unknown>): [name: string, value: unknown][] {
  if (!Object.keys(module).includes('__esModule')) return [];
  return Object.entries(module['default'] as object).filter(([name]) => name === 'default');
}

async function evaluated(path: string, source: string): Promise<string> {
  const { createJiti } = await import('jiti');
  // What the file says now, not what it said when another bundle was made.
  const module = await createJiti(path, { moduleCache: false }).import<Record<string, unknown>>(path);
  const wasRequired = isCommonJs(module, source);
  const byDefault = wasRequired ? ownDefault(module) : [];
  const named = Object.entries(module).filter(
    ([name]) => !(wasRequired ? ['__esModule', 'default', 'module.exports'] : ['__esModule']).includes(name),
  );
  const exported = [...named, ...byDefault];
  // Somebody else's idea of the name.
  if (!exported.some(([, value]) => isOutput(value))) return source;
  const strange = exported.find(([, value]) => !isOutput(value))?.[0];
  if (strange !== undefined) {
    throw new Error(
      `Expected ${path} to export nothing but what \`output\` of fanfold/output makes, got \`${strange}\`. Only JSON enters a workflow: put it into another file.`,
    );
  }
  // A package of CommonJS takes no `export`.
  if (wasRequired) {
    // Without the mark, whoever imports the default would be given the whole.
    const mark = byDefault.length > 0 ? 'Object.defineProperty(module.exports, "__esModule", { value: true });\n' : '';
    return `module.exports = ${JSON.stringify(Object.fromEntries(exported))};\n${mark}`;
  }
  const lines = exported.map(([name, value]) =>
    name === 'default'
      ? `export default ${JSON.stringify(value)};`
      : `export const ${name} = ${JSON.stringify(value)};`,
  );
  return `${lines.join('\n')}\n`;
}

export = async function outputsLoader(this: LoaderContext, source: string): Promise<string> {
  return evaluated(this.resourcePath, source);
};

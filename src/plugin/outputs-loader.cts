// A loader of webpack, which takes CommonJS: see `with-outputs.ts`.

interface LoaderContext {
  resourcePath: string;
}

/** Whether it is what `output` makes: see `src/contract/output.ts`. */
function isOutput(candidate: unknown): boolean {
  const { jsonSchema, ...others } = (candidate ?? {}) as { jsonSchema?: unknown };
  return typeof jsonSchema === 'object' && jsonSchema !== null && Object.keys(others).length === 0;
}

async function evaluated(path: string, source: string): Promise<string> {
  const { createJiti } = await import('jiti');
  // What the file says now, not what it said when another bundle was made.
  const module = await createJiti(path, { moduleCache: false }).import<Record<string, unknown>>(path);
  const exported = Object.entries(module).filter(([name]) => name !== '__esModule');
  // Somebody else's idea of the name.
  if (!exported.some(([, value]) => isOutput(value))) return source;
  const strange = exported.find(([, value]) => !isOutput(value))?.[0];
  if (strange !== undefined) {
    throw new Error(
      `Expected ${path} to export nothing but what \`output\` of fanfold/output makes, got \`${strange}\`. Only JSON enters a workflow: put it into another file.`,
    );
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

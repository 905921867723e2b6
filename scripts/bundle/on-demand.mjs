// Lets a bundle hold packages without loading them: what a command does not call takes none of its time.

/** Functions of packages that make expressions of all of Unicode when they are loaded: they are loaded at the first call. */
const functions = {
  'log-update': 'createLogUpdate',
  'slice-ansi': 'default',
  'string-width': 'default',
  'wrap-ansi': 'default',
};
const onDemand = new RegExp(`^(${Object.keys(functions).join('|')})$`);

/**
 * Of a bundle whose format is CommonJS.
 *
 * @param compiled folder of the modules that import them
 */
export function loadOnDemand(compiled) {
  return ({ onLoad, onResolve }) => {
    onResolve({ filter: onDemand }, ({ path, namespace, kind, importer }) =>
      namespace === 'file' && kind === 'import-statement' && importer.startsWith(compiled)
        ? { path, namespace: 'on-demand' }
        : undefined,
    );
    onLoad({ filter: onDemand, namespace: 'on-demand' }, ({ path }) => ({
      contents: `const call=(...given)=>require('${path}').${functions[path]}(...given);export{call as ${functions[path]}}`,
      resolveDir: compiled,
    }));
  };
}

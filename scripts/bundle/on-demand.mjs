// Lets a bundle hold packages without loading them: what a command does not call takes none of its time.

/** Packages of one function each, which make expressions of all of Unicode when they are loaded: loaded at the first call. */
const onDemand = /^(slice-ansi|string-width|wrap-ansi)$/;

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
      contents: `export default(...given)=>require(${JSON.stringify(path)}).default(...given)`,
      resolveDir: compiled,
    }));
  };
}

// Has a bundle make no more of undici than connections until something else of it is used: its `fetch` and what belongs to that, its caches and
// mocks are most of what loading it takes.

/** Names that are made at once, and the modules that they are. */
const parts = {
  Dispatcher: 'undici/lib/dispatcher/dispatcher',
  Pool: 'undici/lib/dispatcher/pool',
  Agent: 'undici/lib/dispatcher/agent',
  buildConnector: 'undici/lib/core/connect',
};

/** The same function as `undici` has, which it loads at the first call. */
const functions = ['fetch'];

export function undiciParts({ onLoad, onResolve }) {
  onResolve({ filter: /^undici$/ }, ({ path, namespace }) =>
    namespace === 'file' ? { path, namespace: 'parts' } : undefined,
  );
  onLoad({ filter: /^undici$/, namespace: 'parts' }, () => ({
    contents: [
      ...Object.entries(parts).map(([name, path]) => `exports.${name}=require('${path}');`),
      `Object.assign(exports.Dispatcher.prototype,require('undici/lib/api'));`,
      ...functions.map((name) => `exports.${name}=(...given)=>require('undici').${name}(...given);`),
    ].join(''),
    resolveDir: process.cwd(),
  }));
}

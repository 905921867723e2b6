// Lets a bundle hold packages without loading them until something of theirs is used: what `instanceof` asks about after a failure, say, costs
// nothing before there is one.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Packages that stay outside, whose names are found when the bundle is made. Nothing of theirs may be used while modules are loaded. */
const later = /^@anthropic-ai\/sdk(\/helpers\/json-schema)?$/;

/** Modules of Temporal's worker that bundle workflows, which the build has done, and that replay them for a debugger. */
const inWorker = /[\\/]@temporalio[\\/]worker[\\/]lib[\\/](workflow[\\/]bundler|debug-replayer[\\/]index)\.js$/;

/** Names that a worker looks at whenever it starts, and what they are. */
const known = {
  defaultWorkflowInterceptorModules: `[require.resolve('@temporalio/worker/lib/workflow-log-interceptor')]`,
};

/** Of a bundle whose format is CommonJS. */
export function loadLater({ onLoad, onResolve, resolve }) {
  onResolve({ filter: later }, ({ path, namespace, kind }) =>
    namespace === 'file' && kind !== 'dynamic-import' ? { path, namespace: 'later' } : undefined,
  );
  onResolve(
    { filter: /(^|\/)(bundler|debug-replayer)$/ },
    async ({ path, resolveDir, namespace, pluginData, kind }) => {
      if (pluginData === 'later' || namespace !== 'file') return undefined;
      const { path: found } = await resolve(path, { resolveDir, kind, pluginData: 'later' });
      if (!inWorker.test(found)) return undefined;
      return { path: found.slice(found.lastIndexOf('@temporalio')).replaceAll('\\', '/'), namespace: 'later' };
    },
  );
  onResolve({ filter: /.*/, namespace: 'later' }, ({ path }) => ({ path, external: true }));
  onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => {
    const names = Object.keys(require(path)).filter((name) => !Object.hasOwn(known, name));
    const constants = Object.entries(known).filter(([name]) => Object.hasOwn(require(path), name));
    return {
      contents: [
        `for(const name of ${JSON.stringify(names)})`,
        `Object.defineProperty(exports,name,{enumerable:true,get:()=>require(${JSON.stringify(path)})[name]});`,
        ...constants.map(([name, value]) => `exports.${name}=${value};`),
      ].join(''),
      resolveDir: process.cwd(),
    };
  });
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { BundleOptions } from '@temporalio/worker';

type Hook = NonNullable<BundleOptions['webpackConfigHook']>;

/** Files whose outputs are evaluated when workflows are bundled. Packages of others have their own idea of the name. */
const outputFiles = /(?:^|[\\/.])outputs\.[cm]?[jt]s$/;

// Beside the compiled code, or in `dist` when the sources themselves are run.
const places = ['./outputs-loader.cjs', '../../dist/src/plugin/outputs-loader.cjs'];

const [loader = ''] = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).filter(existsSync);

/**
 * A bundler's hook that puts JSON in the place of files that hold outputs: the library that their schemas are written in stays outside, where
 * it would take a megabyte of every cached workflow.
 *
 * @param hook what the worker had, which comes first
 */
export function withOutputs(hook: Hook | undefined): Hook {
  return (given) => {
    const config = hook?.(given) ?? given;
    const rule = { test: outputFiles, exclude: /node_modules/, enforce: 'pre' as const, use: [loader] };
    return { ...config, module: { ...config.module, rules: [...(config.module?.rules ?? []), rule] } };
  };
}

// Bundles the program of the report's page: one script that needs nothing else.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { putFile } from './put-file.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/report/page/main.ts')],
  outfile: join(root, 'dist/report-page.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2023',
  legalComments: 'inline',
  logLevel: 'warning',
  write: false,
});
await putFile(join(root, 'dist/report-page.js'), outputFiles[0].contents);

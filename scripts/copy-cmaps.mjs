// Copies the predefined CMaps of PDF.js, 1.2 MB with their licence, to where the reader of PDF documents looks for them.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { putFile } from './put-file.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json'))), 'cmaps');
const to = join(root, 'dist', 'cmaps');
await mkdir(to, { recursive: true });
for (const name of await readdir(from)) await putFile(join(to, name), await readFile(join(from, name)));

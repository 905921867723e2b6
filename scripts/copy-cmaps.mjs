// Copies the predefined CMaps of PDF.js, 1.2 MB with their licence, to where the reader of PDF documents looks for them.
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json'))), 'cmaps');
await cp(from, join(root, 'dist', 'cmaps'), { recursive: true });

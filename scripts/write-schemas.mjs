// Writes the JSON Schema files of the package, for clients in other languages, from the schemas that the workflows check by.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { schemaFiles } from '../dist/src/plan/schema/files.js';
import { putFile } from './put-file.mjs';

const folder = fileURLToPath(new URL('../dist/schemas', import.meta.url));
await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(schemaFiles())) {
  await putFile(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
}

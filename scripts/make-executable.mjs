// Makes the package's commands executable, as `npm install` does: `npx fanfold` then runs from a checkout.
import { chmod, readFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const { bin } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
for (const path of Object.values(bin)) await chmod(new URL(path, root), 0o755);

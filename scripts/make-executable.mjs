// Makes the packages' commands executable, as `npm install` does: `npx fanfold` then runs from a checkout.
import { chmod, readFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
/** What `bin` named before: npx links a checkout's command once, and keeps that link when `bin` names another file. */
const before = ['dist/src/cli/main.js'];
for (const name of ['package.json', 'packages/offline-model/package.json']) {
  const manifest = new URL(name, root);
  const { bin } = JSON.parse(await readFile(manifest, 'utf8'));
  for (const path of Object.values(bin)) await chmod(new URL(path, manifest), 0o755);
}
for (const path of before) await chmod(new URL(path, root), 0o755);

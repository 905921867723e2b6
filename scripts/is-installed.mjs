// Exits 0 when node_modules holds exactly what package-lock.json asks for, so that `npm ci` can be left out.
import { readFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const wanted = await packagesOf('package-lock.json');
const found = await packagesOf('node_modules/.package-lock.json').catch(() => undefined);

const installed =
  found !== undefined &&
  Object.keys(found).every((path) => path in wanted) &&
  Object.entries(wanted).every(([path, { version, optional }]) =>
    // What another platform needs is not there.
    found[path] === undefined ? optional : found[path].version === version,
  );
process.exitCode = installed ? 0 : 1;

async function packagesOf(path) {
  const { packages } = JSON.parse(await readFile(new URL(path, root), 'utf8'));
  const { '': _self, ...others } = packages;
  return others;
}

/** Names of folders with the work of others, and of stores of version control. */
const byName: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.jj',
  '.svn',
  'node_modules',
  'bower_components',
  'jspm_packages',
  'site-packages',
  '__pycache__',
  '__pypackages__',
]);

/**
 * Folders with the work of others, or of programs, by a file in them. The name `vendor` is not enough: such a folder may hold a
 * company's vendors.
 */
const byMark: readonly { mark: string; name?: string }[] = [
  { mark: 'pyvenv.cfg' },
  // See https://bford.info/cachedir/; build folders of Rust have it, too.
  { mark: 'CACHEDIR.TAG' },
  { mark: 'modules.txt', name: 'vendor' },
  { mark: 'autoload.php', name: 'vendor' },
];

/** @param names of what is in the folder, where it has been read */
export function isVendored(name: string, names?: ReadonlySet<string>): boolean {
  if (names === undefined) return byName.has(name);
  return byMark.some((each) => names.has(each.mark) && (each.name ?? name) === name);
}

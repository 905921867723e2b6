import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the fences and the sandbox's side of them consist of. */
const copied = [
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  '.oxlintrc.json',
  'scripts',
  'workflows',
  'activities',
  'src',
  'packages',
];

export interface Printed {
  exitCode: number;
  output: string;
}

/** A copy of the real fences and the real sandbox, at the same relative paths, to which violations are added. */
export class SeededTree {
  private constructor(readonly directory: string) {}

  /** @param seeds text by path; a path that exists is replaced */
  static async grow(seeds: Record<string, string>): Promise<SeededTree> {
    const tree = new SeededTree(await mkdtemp(join(tmpdir(), 'fanfold-seeded-')));
    await Promise.all(
      copied.map((path) => cp(join(root, path), join(tree.directory, path), { recursive: true, force: true })),
    );
    await symlink(join(root, 'node_modules'), join(tree.directory, 'node_modules'), 'dir');
    for (const [path, text] of Object.entries(seeds)) {
      await mkdir(dirname(join(tree.directory, path)), { recursive: true });
      await writeFile(join(tree.directory, path), text);
    }
    return tree;
  }

  run(program: string, ...args: string[]): Promise<Printed> {
    return runIn(this.directory, program, ...args);
  }

  async cut(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Runs `node` or one of the project's tools; a failing exit code is an answer, not an error. */
function runIn(directory: string, program: string, ...args: string[]): Promise<Printed> {
  const executable = program === 'node' ? process.execPath : join(root, 'node_modules', '.bin', program);
  return new Promise((resolve, reject) => {
    execFile(executable, args, { cwd: directory, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, output: stdout + stderr });
      else reject(error);
    });
  });
}

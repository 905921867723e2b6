import { createHmac } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ownerSecret } from '../server/index.js';

/** What a process is that starts another one of fanfold's. */
export interface Program {
  env: NodeJS.ProcessEnv;
  /** Absolute path. */
  cwd: string;
  /** Path of the command's own entry file, `dist/src/cli/main.js`, and of the Node that runs it. */
  entry: string;
  nodePath: string;
}

/** Variables that say what a gateway asks, with which key, and where it keeps answers. */
const ofGateways =
  /^(ANTHROPIC_.*|FANFOLD_(JOURNAL|ENCRYPTION_KEY|OFFLINE_URL|PROVIDER|PRICES|OPENAI_COMPATIBLE_.*)|(AWS|AZURE|CLOUD_ML|CLOUDSDK|GOOGLE|OPENAI)_.*|OTEL_.*|NODE_.*|SSL_CERT_.*|PG.*|(HTTPS?|ALL|NO)_PROXY)$/i;

/**
 * The settings of a home's gateway: of workers that would ask otherwise, each has a gateway of its own.
 *
 * @param rampFrom calls at once to begin with, where somebody has said it
 * @returns 12 hexadecimal digits, made with the user's secret, so that nobody can try out keys against them
 */
export async function gatewaySettingsOf(program: Program, rampFrom: number | undefined): Promise<string> {
  const digest = await digestOf(`gateway ${rampFrom ?? ''}`, program, (name) => ofGateways.test(name));
  return digest.slice(0, 12);
}

/**
 * A digest of a program, its build, and some variables of its environment.
 *
 * @returns 64 hexadecimal digits, made with the user's secret
 */
export async function digestOf(what: string, program: Program, counts: (name: string) => boolean): Promise<string> {
  const variables = Object.entries(program.env)
    .filter(([name, value]) => value !== undefined && counts(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const builtAt = await Promise.all(
    builtFiles(program).map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return createHmac('sha256', await ownerSecret(program.env))
    .update(JSON.stringify([what, program.entry, builtAt, program.nodePath, variables]))
    .digest('hex');
}

/** Of these files a build that changes anything writes one anew; an installed package has no `tsbuildinfo`. */
function builtFiles({ entry }: Program): string[] {
  const dist = join(dirname(entry), '..', '..');
  return ['cli/ready.json', 'node.tsbuildinfo', 'workflow-bundle.js'].map((name) => join(dist, name));
}

import { parseArgs } from 'node:util';
import { OfflineModelError } from './errors.js';
import { startOfflineModel } from './offline-model.js';

const usage = `Usage: offline-model [options]

an HTTP server that speaks the Messages API, until Ctrl-C

Options:
  --port <n>  port on 127.0.0.1; 0 for a free one (default: 0)
  -h, --help  display help for command
`;

/** Of a process that the command runs in. */
export interface Surroundings {
  print(text: string): void;
  complain(text: string): void;
  /** Settles when the user has had enough. */
  interrupted: Promise<unknown>;
}

/**
 * The command `offline-model`.
 *
 * @returns the exit code: 0, 1 where it cannot listen, 2 for a command line that is wrong
 */
export async function runCommand(words: string[], { print, complain, interrupted }: Surroundings): Promise<number> {
  const port = readPort(words);
  if (port === 'help') {
    print(usage);
    return 0;
  }
  if (typeof port === 'string') {
    complain(`offline-model: ${port}\n`);
    return 2;
  }
  try {
    const model = await startOfflineModel({ port });
    print(`${model.url}\n`);
    complain(`The offline model listens at ${model.url}; set ANTHROPIC_BASE_URL to it.\n`);
    await interrupted;
    await model.stop();
    return 0;
  } catch (cause) {
    if (!(cause instanceof OfflineModelError)) throw cause;
    complain(`offline-model: ${cause.message} ${cause.advice}\n`);
    return 1;
  }
}

/** The port, `help`, or what is wrong with the command line. */
function readPort(words: string[]): number | string {
  try {
    const { values } = parseArgs({
      args: words,
      options: { port: { type: 'string', default: '0' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return 'help';
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    return port <= 65_535 ? port : `Expected \`port\` to be a number from 0 to 65535, got \`${values.port}\`.`;
  } catch (cause) {
    return (cause as Error).message;
  }
}

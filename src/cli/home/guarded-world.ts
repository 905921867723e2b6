import { Secrets } from '../../secrets/index.js';
import { cleaned } from '../show/terminal-text.js';
import type { Screen, World } from '../world.js';

/**
 * The world of a command, with secrets taken out of its output: those of its environment, and those that become known while it
 * runs.
 */
export function guardedWorld(world: World): World {
  if (world.secrets !== undefined) return world;
  const secrets = new Secrets(world.env);
  return { ...world, secrets, stdout: guarded(world.stdout, secrets), stderr: guarded(world.stderr, secrets) };
}

function guarded(screen: Screen, secrets: Secrets): Screen {
  const text = (given: string) => secrets.text(given);
  return {
    write: (given) => screen.write(cleaned(given, text)),
    writeSecret: (given) => screen.write(given),
    redirect: (writer) => screen.redirect((given) => writer(cleaned(given, text))),
    stream: guardedStream(screen.stream, text),
    isTerminal: screen.isTerminal,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    colour: screen.colour,
  };
}

/** Pictures of a terminal are written to the stream itself. */
function guardedStream(stream: NodeJS.WritableStream, text: (given: string) => string): NodeJS.WritableStream {
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') {
        return (chunk: unknown, ...rest: unknown[]) =>
          target.write(...([typeof chunk === 'string' ? text(chunk) : chunk, ...rest] as [string]));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

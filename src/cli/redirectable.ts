import type { Screen } from './world.js';

/** The part of a screen that writes, here or, while it is redirected, elsewhere. */
export function redirectable(direct: Screen['write']): Pick<Screen, 'write' | 'redirect'> {
  let write = direct;
  return {
    write: (text) => write(text),
    redirect(writer) {
      write = writer;
      return () => {
        write = direct;
      };
    },
  };
}

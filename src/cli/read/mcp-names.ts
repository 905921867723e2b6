import { createHash } from 'node:crypto';

/** Most characters of a tool's name. */
const most = 64;

/**
 * The names by which a model calls the tools of servers: `server__tool`, in letters that the API takes. A name that is too long, or that
 * another tool has as well, ends with a part of the digest of what it stands for, so that it is the same in every run.
 */
export function namesOfTools(tools: readonly { server: string; own: string }[]): string[] {
  const whole = tools.map(({ server, own }) => `${server}__${own}`);
  const plain = whole.map((name) => name.replaceAll(/[^a-zA-Z0-9_-]/g, '_'));
  return plain.map((name, at) => {
    const { server, own } = tools[at] ?? { server: '', own: '' };
    const isAlone = plain.every((other, place) => other !== name || place === at);
    // Of several, one that is spelt so keeps it.
    const isSpelt = whole[at] === name && whole.indexOf(name) === at;
    if (name.length <= most && (isAlone || isSpelt)) return name;
    const digest = createHash('sha256')
      .update(JSON.stringify([server, own]))
      .digest('hex')
      .slice(0, 8);
    return `${name.slice(0, most - 9)}_${digest}`;
  });
}

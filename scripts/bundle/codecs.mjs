// Has protobufjs make the code of a message's codecs one by one, when it is asked for: it would make all five, and most messages are only read.
import { readFile } from 'node:fs/promises';

const made = /this\.(encode|decode|verify|fromObject|toObject) = ((?:converter\.)?\w+)\(this\)\((\{[^}]*\})\);/g;

/** Takes the place of itself, unless something has been put around it. */
const later = `
function later(type, name, make) {
  let codec;
  function first() {
    codec ??= make();
    if (type[name] === first) type[name] = codec;
    return codec.apply(this, arguments);
  }
  type[name] = first;
}
`;

export function codecsOnDemand({ onLoad }) {
  onLoad({ filter: /[\\/]protobufjs[\\/]src[\\/]type\.js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    const { length } = text.match(made) ?? [];
    if (length !== 5) throw new Error(`Expected protobufjs to make five codecs in ${path}, got ${length ?? 0}.`);
    return { contents: text.replace(made, `later(this, '$1', () => $2(this)($3));`) + later, loader: 'js' };
  });
}

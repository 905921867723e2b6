import { InputError } from './errors.js';
import { utf8Length } from './utf8-length.js';

/** Stands for the Unix socket of a gateway, `FANFOLD_GATEWAY=unix:…`; the name can never be looked up (RFC 6761). */
export const gatewaySocketOrigin = 'http://gateway.fanfold.invalid';

/** The value of `FANFOLD_GATEWAY` with which a home's worker asks models itself, without a gateway of the home. */
export const noGateway = 'off';

/** Name of a client in the ledger where no tokens are asked for. */
export const unnamedClient = 'local';

/** The gateway that the environment names; `undefined` where it names none. */
export function gatewayIn(env: { readonly [name: string]: string | undefined }): string | undefined {
  const named = env['FANFOLD_GATEWAY'];
  return named === undefined || named === '' || named === noGateway ? undefined : named;
}

/** Longest path of a Unix socket in bytes: `sun_path` of Linux has 108 with its end, that of macOS 104. */
export const longestSocketPath = 103;

/**
 * The path in `unix:PATH`.
 *
 * @param name of the flag or variable that has it
 * @throws InputError for anything but an absolute path of at most 103 bytes
 */
export function socketPathIn(text: string, name: string): string {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
  const bytes = utf8Length(path);
  if (path.startsWith('/') && path !== '/' && bytes <= longestSocketPath && !path.includes('\0')) return path;
  const got = path === '' ? 'nothing behind `unix:`' : `${JSON.stringify(path)}, ${bytes} bytes long`;
  throw new InputError(
    `Expected the socket of \`${name}\` to be an absolute path of at most ${longestSocketPath} bytes, got ${got}.`,
    'Write it as `unix:/path/of/gateway.sock`.',
  );
}

import { isIP } from 'node:net';

import { InputError } from '../../contract/errors.js';
import { socketPathIn } from '../../contract/gateway.js';

/** Where a gateway is found. */
export type GatewayAddress =
  | { kind: 'unix'; path: string; shown: string }
  | { kind: 'tcp'; host: string; port: number; secure: boolean; shown: string };

/** Port of a gateway, where none is named. */
const defaultGatewayPort = 8235;

/**
 * The address in `FANFOLD_GATEWAY`.
 *
 * @param name what has the address, as an error is to call it
 * @throws InputError for anything but `http://…`, `https://…` and `unix:/path`
 */
export function gatewayAddressOf(text: string, name = 'FANFOLD_GATEWAY'): GatewayAddress {
  if (text.startsWith('unix:')) return unixAddress(text, name);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new InputError(
      `Expected ${name} to be a URL such as \`http://127.0.0.1:${defaultGatewayPort}\` or \`unix:/path/of/gateway.sock\`, got ${JSON.stringify(quotable(text))}.`,
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new InputError(
      `Expected ${name} to be an address without a path, got ${JSON.stringify(quotable(text))}.`,
      `Set it to ${url.origin}.`,
    );
  }
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { kind: 'tcp', host: url.hostname.replaceAll(/^\[|\]$/g, ''), port, secure, shown: url.origin };
}

/**
 * The address in `--listen`: `unix:PATH`, `PORT`, or `HOST:PORT` with an IP address as its host.
 *
 * @throws InputError
 */
export function listenAddressOf(text: string): GatewayAddress {
  if (text.startsWith('unix:')) return unixAddress(text, '--listen');
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const bare = host.replaceAll(/^\[|\]$/g, '');
  const port = Number(digits);
  if (digits === '' || isIP(bare) === 0 || port > 65_535) {
    throw new InputError(
      `Expected \`--listen\` to be \`unix:/path\`, a port, or an IP address and a port such as \`127.0.0.1:${defaultGatewayPort}\`, got \`${text}\`.`,
    );
  }
  return { kind: 'tcp', host: bare, port, secure: false, shown: `${bare.includes(':') ? `[${bare}]` : bare}:${port}` };
}

/** Whether nobody but this machine reaches it. */
export function isLocal(address: GatewayAddress): boolean {
  return address.kind === 'unix' || /^(127\.|::1$|localhost$)/.test(address.host);
}

function unixAddress(text: string, name: string): GatewayAddress {
  const path = socketPathIn(text, name);
  return { kind: 'unix', path, shown: `unix:${path}` };
}

/** Without what may be a password. */
function quotable(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@');
}

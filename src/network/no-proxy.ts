import ipaddr from 'ipaddr.js';

/** An address that is gone to: a name or an IP address, without brackets, and its port. */
export interface Place {
  host: string;
  port: number;
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 };

export function placeOf({ hostname, port, protocol }: URL): Place {
  return { host: bare(hostname), port: Number(port) || (defaultPorts[protocol] ?? 0) };
}

/** Whether a host is this machine: `localhost`, a name below it, or an address of the loopback. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  if (!ipaddr.isValid(name)) return name === 'localhost' || name.endsWith('.localhost');
  const range = ipaddr.process(name).range();
  // A connection to the unspecified address ends at this machine, too.
  return range === 'loopback' || range === 'unspecified';
}

/**
 * Whether NO_PROXY names a place: `*`, a domain with all below it, an address, a range such as `10.0.0.0/8`, each with a port where
 * it is meant for that port alone. Commas and blanks part them; a leading dot or `*.` changes nothing.
 */
export function isExcepted(list: string, { host, port }: Place): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => fits(entry.toLowerCase(), bare(host), port));
}

function fits(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(host, entry);
  // An IPv6 address has colons of its own: a port stands behind its brackets.
  const [, name = entry, only] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const domain = bare(name.replace(/^\*?\./, ''));
  if (ipaddr.isValid(host) && ipaddr.isValid(domain)) {
    return ipaddr.process(host).toString() === ipaddr.process(domain).toString();
  }
  return host === domain || (domain !== '' && host.endsWith(`.${domain}`));
}

function isWithin(host: string, range: string): boolean {
  if (!ipaddr.isValid(host) || !ipaddr.isValidCIDR(range)) return false;
  const address = ipaddr.process(host);
  const [network, bits] = ipaddr.parseCIDR(range);
  return address.kind() === network.kind() && address.match(network, bits);
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

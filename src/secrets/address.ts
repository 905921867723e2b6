/**
 * An address as it may be shown: without user and password, and with the values of its query hidden. Takes `host:port` as well.
 *
 * An address that cannot be read is cut before its last `@`: what stands there may be a password.
 */
export function shownAddress(address: string): string {
  const [, rest = address] = /^.*@(.*)$/s.exec(address) ?? [];
  if (!address.includes('://') || !URL.canParse(address)) return hideQuery(rest);
  const { protocol, host, pathname, search } = new URL(address);
  const path = pathname === '/' && !/^[^?#]*\/([?#]|$)/.test(address) ? '' : pathname;
  return hideQuery(`${protocol}//${host}${path}${search}`);
}

/** Hides the values of a query. Names stay: they tell which address is meant. */
function hideQuery(address: string): string {
  const [path = '', query] = address.replace(/#.*$/s, '').split('?', 2);
  if (query === undefined) return path;
  const names = query.split('&').map((pair) => (pair.includes('=') ? `${pair.split('=')[0]}=…` : '…'));
  return `${path}?${names.join('&')}`;
}

/** A URL without user and password, as requests need it: `fetch` refuses one that has them, and quotes it. */
export function withoutUser(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') return url;
  parsed.username = '';
  parsed.password = '';
  const asWritten = url.replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
  // The URL's last slash is neither added nor lost.
  return URL.canParse(asWritten) && new URL(asWritten).href === parsed.href ? asWritten : parsed.href;
}

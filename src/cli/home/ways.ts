import { proxyOf, wayTo } from '../../network/index.js';
import { shownAddress } from '../../secrets/index.js';
import type { Finding } from './finding.js';

/** What is asked of strangers, as an example of each scheme. */
const examples = { 'pages over https': 'https://example.com', 'pages over http': 'http://example.com' };

/**
 * Which way each address is asked.
 *
 * @throws InputError for a variable that names no HTTP proxy
 */
export function waysCheck(env: NodeJS.ProcessEnv, modelApi: string): Finding {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const asked = { 'model API': modelApi, ...(traces && { traces }), ...examples };
  const known = Object.entries(asked).filter(([, address]) => URL.canParse(address));
  if (known.every(([, address]) => proxyOf(new URL(address), env) === undefined)) {
    return { found: `everything is asked directly${certificates(env)}` };
  }
  const ways = known.map(([name, address]) => `${name} ${wayTo(new URL(address), env)}`);
  const exceptions = env['no_proxy'] || env['NO_PROXY'];
  const without = exceptions ? `; NO_PROXY is ${shownAddress(exceptions)}` : '';
  return { found: `${ways.join(', ')}; this machine always directly${without}${certificates(env)}` };
}

function certificates(env: NodeJS.ProcessEnv): string {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file ? `; certificates of ${file} are trusted, too` : '';
}

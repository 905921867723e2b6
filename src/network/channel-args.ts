import { isLoopback } from './no-proxy.js';

/**
 * Arguments of a gRPC channel to `host:port`. gRPC itself asks whatever `https_proxy` or `http_proxy` names, for this machine as
 * well; for other machines its own reading of these variables and `no_proxy` stands.
 */
export function channelArgsTo(address: string): Record<string, number> {
  const [, host = address] = /^(.*?)(:\d+)?$/.exec(address) ?? [];
  return isLoopback(host) ? { 'grpc.enable_http_proxy': 0 } : {};
}

export { channelArgsTo } from './channel-args.js';
export { eitherSignal } from './either-signal.js';
export { isLoopback } from './no-proxy.js';
export { proxyOf, wayTo } from './proxy-of.js';

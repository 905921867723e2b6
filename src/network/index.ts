export { channelArgsTo } from './channel-args.js';
export { connectionsBy } from './connections.js';
export { isLoopback } from './no-proxy.js';
export { proxyOf, wayTo } from './proxy-of.js';
export { tunnel } from './tunnel.js';

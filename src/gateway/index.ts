export { askGatewayTotals } from './client/ask-totals.js';
export { askGatewayToEnd } from './client/ask-to-end.js';
export { GatewayClient } from './client/gateway-client.js';
export { gatewayAddressOf, isLocal, listenAddressOf } from './protocol/address.js';
export { Clients, newToken } from './server/clients.js';
export { showMetrics } from './server/metrics.js';
export { startGateway } from './server/gateway.js';
export type { RunningGateway } from './server/gateway.js';

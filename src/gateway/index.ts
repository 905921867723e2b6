export { GatewayClient } from './client/gateway-client.js';
export { defaultGatewayPort, gatewayAddressOf, isLocal, listenAddressOf } from './protocol/address.js';
export type { GatewayAddress } from './protocol/address.js';
export { Clients, newToken } from './server/clients.js';
export { startGateway } from './server/gateway.js';

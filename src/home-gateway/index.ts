export { digestOf, gatewaySettingsOf } from './gateway-settings.js';
export { HomeGateway } from './home-gateway.js';

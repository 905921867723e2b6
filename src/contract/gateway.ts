/** Stands for the Unix socket of a gateway, `FANFOLD_GATEWAY=unix:…`; the name can never be looked up (RFC 6761). */
export const gatewaySocketOrigin = 'http://gateway.fanfold.invalid';

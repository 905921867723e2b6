export { startCodecServer } from './codec-server.js';
export { dataConverter, keyIds, payloadCodec } from './data-converter.js';
export { LenientCodec } from './lenient-codec.js';
export { EncryptingCodec } from './payload-codec.js';
export { UnreadablePayload } from './unreadable-payload.js';

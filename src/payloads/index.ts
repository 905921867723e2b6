export { startCodecServer } from './codec-server.js';
export { dataConverter, keyIds, payloadCodec, readingConverter } from './data-converter.js';
export { LenientCodec } from './lenient-codec.js';
export { EncryptingCodec, isEncrypted } from './payload-codec.js';
export { UnreadablePayload } from './unreadable-payload.js';
export type { DataConverterSettings } from './data-converter.js';

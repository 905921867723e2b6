/** The characters from 0x80 to 0x9F (Encoding Standard, index windows-1252). */
const characters = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

/** Windows-1252, which TextDecoder takes for ISO 8859-1 from Node 20.18.3 on (nodejs/node#60888): quotation marks became control characters. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return latin1(bytes).replaceAll(/[\u0080-\u009F]/g, (sign) => characters[sign.charCodeAt(0) - 0x80] ?? sign);
}

/** Each byte as the character of its number, ISO 8859-1: what TextDecoder calls so is Windows-1252. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

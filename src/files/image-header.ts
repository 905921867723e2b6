import { latin1 } from './windows-1252.js';

/** What the first bytes of an image say. */
export interface ImageHeader {
  mediaType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  /** In pixels. */
  width: number;
  height: number;
}

const letters = (bytes: Uint8Array, from: number, to: number) => latin1(bytes.subarray(from, to));

/** Whether a file may be an image that is read, by the end of its name. */
export function mayBeImage(name: string): boolean {
  return /\.(?:png|jpe?g|gif|webp)$/i.test(name);
}

/**
 * The header of a PNG, JPEG, GIF or WebP, by its bytes alone.
 *
 * @returns `undefined` where it is none of them; width and height are 0 where the header is cut or damaged
 */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (letters(bytes, 0, 8) === '\u0089PNG\r\n\u001A\n') return png(view);
    if (letters(bytes, 0, 3) === '\u00FF\u00D8\u00FF') return jpeg(view);
    if (/^GIF8[79]a$/.test(letters(bytes, 0, 6))) return gif(view);
    if (letters(bytes, 0, 4) === 'RIFF' && letters(bytes, 8, 12) === 'WEBP') return webp(bytes, view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return damaged(bytes);
}

/** The type of an image whose size is beyond its end. */
function damaged(bytes: Uint8Array): ImageHeader | undefined {
  const start = letters(bytes, 0, 8);
  const none = { width: 0, height: 0 };
  if (start === '\u0089PNG\r\n\u001A\n') return { mediaType: 'image/png', ...none };
  if (start.startsWith('\u00FF\u00D8\u00FF')) return { mediaType: 'image/jpeg', ...none };
  if (/^GIF8[79]a/.test(start)) return { mediaType: 'image/gif', ...none };
  return start.startsWith('RIFF') && letters(bytes, 8, 12) === 'WEBP'
    ? { mediaType: 'image/webp', ...none }
    : undefined;
}

/** IHDR is the first chunk: https://www.w3.org/TR/png-3/#11IHDR. */
function png(view: DataView): ImageHeader {
  return { mediaType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(view: DataView): ImageHeader {
  return { mediaType: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** The size is in the first frame's header, behind segments of any length: profiles, previews, comments. */
function jpeg(view: DataView): ImageHeader {
  for (let at = 2; ;) {
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    // Of SOF0 to SOF15, three are other tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { mediaType: 'image/jpeg', width: view.getUint16(at + 6), height: view.getUint16(at + 4) };
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    // A scan without a frame before it, or what is no marker: damaged.
    if (marker === 0xda || marker === 0xd9 || marker === 0) throw new RangeError('no frame');
    at += isAlone ? 1 : 1 + view.getUint16(at + 1);
  }
}

/** Three forms: https://developers.google.com/speed/webp/docs/riff_container. */
function webp(bytes: Uint8Array, view: DataView): ImageHeader {
  const mediaType = 'image/webp';
  switch (letters(bytes, 12, 16)) {
    case 'VP8X':
      return { mediaType, width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { mediaType, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { mediaType, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      throw new RangeError('no form');
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_00_00;
}

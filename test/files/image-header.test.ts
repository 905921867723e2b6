import { expect, it } from 'vitest';

import { imageHeader, mayBeImage } from '../../src/files/index.js';
import { gifOf, jpegOf, pngOf, webpOf } from '../support/images.js';

it.each([
  ['image/png', pngOf(640, 48)],
  ['image/jpeg', jpegOf(640, 48)],
  ['image/gif', gifOf(640, 48)],
  ['image/webp', webpOf('VP8 ', 640, 48)],
  ['image/webp', webpOf('VP8L', 640, 48)],
  ['image/webp', webpOf('VP8X', 640, 48)],
])('tells the size of %s by its bytes', (mediaType, bytes) => {
  expect(imageHeader(bytes)).toEqual({ mediaType, width: 640, height: 48 });
});

it.each([
  ['a text', Buffer.from('GIF is a format. So is PNG.')],
  ['nothing', Buffer.alloc(0)],
  ['a PDF', Buffer.from('%PDF-1.7\n')],
  ['a sound', Buffer.from('RIFF\0\0\0\0WAVEfmt ')],
])('takes %s for no image', (_, bytes) => {
  expect(imageHeader(bytes)).toBeUndefined();
});

it.each([pngOf(9, 9), jpegOf(9, 9), gifOf(9, 9), webpOf('VP8X', 9, 9)])(
  'tells the type of an image that is cut in its header (%#)',
  (whole) => {
    expect(imageHeader(whole.subarray(0, 18 - (whole[0] === 0x47 ? 9 : 0)))).toMatchObject({ width: 0, height: 0 });
  },
);

it('knows images by name where only a name is known', () => {
  expect(['a.PNG', 'b.jpeg', 'c.jpg', 'd.webp', 'e.gif', 'f.svg', 'png'].filter(mayBeImage)).toEqual([
    'a.PNG',
    'b.jpeg',
    'c.jpg',
    'd.webp',
    'e.gif',
  ]);
});

// /cj-images/...: small pictures, a colour for each path, as PNG or JPEG by the ending; "missing-..." is a page instead.

import zlib from 'node:zlib';
import { hash } from '../rng.mjs';

const SIDE = 64;

/** zlib has its own in later versions of Node. */
function crc32(bytes) {
  if (zlib.crc32) {
    return zlib.crc32(bytes);
  }
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

function png(color) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const pixel = [color & 255, (color >> 8) & 255, (color >> 16) & 255];
  const row = Buffer.from([0, ...Array.from({ length: SIDE }, () => pixel).flat()]);
  const pixels = zlib.deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const segment = (marker, bytes) =>
  Buffer.from([0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes]);

/** The two Huffman tables: 00 = no difference, 01 = a difference of 7 bits; 0 = the rest of the block is zero. */
const DC_TABLE = [0x00, 0, 2, ...Array(14).fill(0), 0, 7];
const AC_TABLE = [0x10, 1, ...Array(15).fill(0), 0];

/** A grey square: the first block says how bright, all others that nothing changes. */
function scan(level) {
  const bits = level > 0 ? level : level + 127;
  const first = `01${bits.toString(2).padStart(7, '0')}0`;
  const text = first + '000'.repeat((SIDE / 8) ** 2 - 1);
  const bytes = text.padEnd(Math.ceil(text.length / 8) * 8, '1').match(/.{8}/g);
  return Buffer.from(bytes.map((b) => parseInt(b, 2)).flatMap((b) => (b === 255 ? [255, 0] : [b])));
}

function jpeg(color) {
  // Between 64 and 127 above or below the middle: the sizes a difference of 7 bits can have.
  const level = (64 + (color % 60)) * (color & 64 ? 1 : -1);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xfe, [...Buffer.from(`colour ${color}`)]),
    segment(0xdb, [0, ...Array(64).fill(4)]),
    segment(0xc0, [8, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0]),
    segment(0xc4, DC_TABLE),
    segment(0xc4, AC_TABLE),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    scan(level),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** @returns an answer of the HTTP server */
export function handleImage(request) {
  const name = request.path.split('/').pop();
  const type = /\.(png|jpe?g)$/.exec(name)?.[1];
  if (request.method !== 'GET' || !type) {
    return { status: 404, body: { error: 'no such picture' } };
  }
  const mime = type === 'png' ? 'image/png' : 'image/jpeg';
  if (name.startsWith('missing-')) {
    return { status: 200, headers: { 'content-type': mime }, raw: '<html>gone</html>' };
  }
  const color = hash(request.path);
  return {
    status: 200,
    headers: { 'content-type': mime },
    raw: type === 'png' ? png(color) : jpeg(color),
  };
}

import type { SchemaElement, SchemaTree } from 'hyparquet';
import { LosslessNumber } from 'lossless-json';

import { parseExact } from './json-rows.js';

/**
 * The types of a leaf that `exactValue` reads itself: the reader makes numbers of decimals, and milliseconds of timestamps; a file with
 * an interval or with BSON it does not read at all.
 */
const ownTypes = new Set([
  'DECIMAL',
  'TIMESTAMP',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'TIME',
  'TIME_MILLIS',
  'TIME_MICROS',
  'DATE',
  'JSON',
  'UUID',
  'INTERVAL',
  'BSON',
]);

/** A leaf of the schema without the type that would make the reader round it. */
export function withoutTypes(element: SchemaElement): SchemaElement {
  const { converted_type: converted, logical_type: logical, ...plain } = element;
  if (element.num_children !== undefined && element.num_children > 0) return element;
  return ownTypes.has(converted ?? '') || ownTypes.has(logical?.type ?? '') ? plain : element;
}

/**
 * A value as JSON has it: numbers digit by digit, times as ISO 8601 in all of their digits, bytes as text, or in base64 where they
 * are none.
 */
export function exactValue(value: unknown, node: SchemaTree): unknown {
  if (value === null || value === undefined) return null;
  const { element, children } = node;
  const [child] = children;
  if (child === undefined) {
    return Array.isArray(value) ? value.map((each) => leafValue(each, element)) : leafValue(value, element);
  }
  const [item, second] = child.children;
  const isWrapped = child.element.repetition_type === 'REPEATED' && children.length === 1;
  if (isWrapped && element.converted_type === 'MAP' && second !== undefined) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, exactValue(inner, second)]));
  }
  if (Array.isArray(value)) {
    const inner =
      isWrapped && element.converted_type === 'LIST' ? (child.children.length === 1 ? item : child) : undefined;
    return value.map((each) => (inner === undefined ? structOf(each, children) : exactValue(each, inner)));
  }
  return structOf(value, children);
}

function structOf(value: unknown, children: readonly SchemaTree[]): unknown {
  if (value === null || value === undefined) return null;
  return Object.fromEntries(
    children.map((each) => [
      each.element.name,
      exactValue((value as Record<string, unknown>)[each.element.name], each),
    ]),
  );
}

function leafValue(value: unknown, element: SchemaElement): unknown {
  if (value === null || value === undefined) return null;
  const { converted_type: converted, logical_type: logical, scale = 0 } = element;
  if (converted === 'DECIMAL') return new LosslessNumber(decimalText(integerOf(value), scale));
  if (logical?.type === 'DECIMAL') return new LosslessNumber(decimalText(integerOf(value), logical.scale));
  if (logical?.type === 'TIMESTAMP') {
    return timeText(BigInt(value as bigint), logical.unit, logical.isAdjustedToUTC ? 'Z' : '');
  }
  if (converted === 'TIMESTAMP_MILLIS') return timeText(BigInt(value as bigint), 'MILLIS', 'Z');
  if (converted === 'TIMESTAMP_MICROS') return timeText(BigInt(value as bigint), 'MICROS', 'Z');
  if (logical?.type === 'TIME') return clockText(BigInt(value as bigint), logical.unit, logical.isAdjustedToUTC);
  if (converted === 'TIME_MILLIS') return clockText(BigInt(value as bigint), 'MILLIS', true);
  if (converted === 'TIME_MICROS') return clockText(BigInt(value as bigint), 'MICROS', true);
  if (converted === 'JSON' || logical?.type === 'JSON') return jsonOf(value);
  if (converted === 'DATE' || logical?.type === 'DATE') {
    return new Date(Number(value) * 86_400_000).toISOString().replace(/T.*/, '');
  }
  if (value instanceof Date) return value.toISOString();
  if (logical?.type === 'UUID' && value instanceof Uint8Array) {
    return Buffer.from(value)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new LosslessNumber(String(value));
  }
  if (value instanceof Uint8Array) {
    if (converted === 'INTERVAL' && value.length === 12) return intervalText(value);
    // Bytes that happen to be UTF-8 are no more text than others.
    return converted === 'BSON' || logical?.type === 'BSON' ? Buffer.from(value).toString('base64') : bytesText(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (typeof value === 'number' && element.type === 'FLOAT') return shortest(value);
  return value;
}

/** The shortest number that is the same in 32 bits, as it was written: `0.1`, and not the digits of the nearest in 64 bits. */
function shortest(float: number): number {
  // Nine digits tell any two of them apart.
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}

function jsonOf(value: unknown): unknown {
  const text = value instanceof Uint8Array ? bytesText(value) : String(value);
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}

function bytesText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
}

/** A whole number, of two's complement with the highest byte first where it is bytes. */
function integerOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  return value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const unitsPerSecond = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;

/** Months, days and milliseconds, each on its own, as a duration of ISO 8601: no month is so many days, and no day so many hours. */
function intervalText(bytes: Uint8Array): string {
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [months = 0, days = 0, ms = 0] = [0, 4, 8].map((at) => numbers.getUint32(at, true));
  const parts = [
    months > 0 ? `${months}M` : '',
    days > 0 ? `${days}D` : '',
    ms > 0 || months + days === 0 ? `T${ms / 1_000}S` : '',
  ];
  return `P${parts.join('')}`;
}

/** A time of day. */
function clockText(sinceMidnight: bigint, unit: keyof typeof unitsPerSecond, isUtc: boolean | undefined): string {
  return timeText(sinceMidnight, unit, isUtc === true ? 'Z' : '').replace(/^.*T/, '');
}

function timeText(sinceEpoch: bigint, unit: keyof typeof unitsPerSecond, zone: string): string {
  const per = unitsPerSecond[unit];
  const part = ((sinceEpoch % per) + per) % per;
  const seconds = (sinceEpoch - part) / per;
  const whole = new Date(Number(seconds) * 1_000).toISOString().replace(/\.\d+Z$/, '');
  return `${whole}.${String(part).padStart(String(per).length - 1, '0')}${zone}`;
}

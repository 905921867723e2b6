import { format, getFormatDateInfo, isDateFormat } from 'numfmt';

/** Formats that have a number and no text of their own in a workbook (ECMA-376, part 1, 18.8.30). */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  // Excel writes those with a currency into each workbook; libraries that do not mean the dollars of their documentation.
  5: '"$"#,##0_);("$"#,##0)',
  6: '"$"#,##0_);("$"#,##0)',
  7: '"$"#,##0.00_);("$"#,##0.00)',
  8: '"$"#,##0.00_);("$"#,##0.00)',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0 ;(#,##0)',
  38: '#,##0 ;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  41: '#,##0_);(#,##0);"-"_)',
  42: '"$"#,##0_);("$"#,##0);"$"-_)',
  43: '#,##0.00_);(#,##0.00);"-"_)',
  44: '"$"#,##0.00_);("$"#,##0.00);"$"-_)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
};

/** Formats of dates with other numbers in East Asian Excel; they show a day. */
const eastAsian = [27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58];

/** Days between the two systems of dates that a workbook may have. */
const days1904 = 1_462;

/** Digits that a number of Excel has. */
const excelDigits = 15;
/** Least digits that a number loses where they are no part of it. */
const leastNoise = 3;

/** Longer ones than numbers of Excel may be are ids, which are of no use without their last digits. */
const wholeNumber = /^-?[1-9]\d*$/;

/** The code of a format by its number. @param own the workbook's own formats */
export function codeOf(id: number, own: ReadonlyMap<number, string>): string {
  return own.get(id) ?? builtIn[id] ?? (eastAsian.includes(id) ? 'yyyy-mm-dd' : 'General');
}

/**
 * A number as its cell shows it. A date with year, month and day is in ISO 8601, whatever the order in the format: `3/4/2024` is read in two
 * ways.
 */
export function shownNumber(raw: string, code: string, is1904: boolean): string {
  const number = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(number)) return raw;
  const isPlain = code === 'General' || code === '@' || (code === '0' && wholeNumber.test(raw));
  if (isPlain) return shortest(raw);
  try {
    if (!isDateFormat(code)) return format(withoutLocale(code), number, { nbsp: false }).trim() || shortest(raw);
    const { year, month, day, hours, minutes, seconds } = getFormatDateInfo(code);
    // How long something took counts from nothing.
    const serial = is1904 && (year || month || day) ? number + days1904 : number;
    if (!(year && month && day) || serial < 0) return format(code, serial, { nbsp: false }).trim();
    const time = seconds ? ' hh:mm:ss' : hours || minutes ? ' hh:mm' : '';
    return format(`yyyy-mm-dd${time}`, serial, { nbsp: false });
  } catch {
    return shortest(raw);
  }
}

/** A text as its cell shows it: a format may have more text around it. */
export function shownText(text: string, code: string): string {
  if (text === '' || code === '@' || !code.includes('@')) return text;
  try {
    return format(withoutLocale(code), text, { nbsp: false }).trim() || text;
  } catch {
    return text;
  }
}

/** The locale of a currency sign decides about no decimal point in Excel, and does in numfmt: `1.234,50` beside `1,234.50` misleads. */
function withoutLocale(code: string): string {
  return code.replaceAll(/\[\$([^\]-]*)-[^\]]*\]/g, (_, sign: string) => (sign === '' ? '' : `"${sign}"`));
}

/**
 * All digits of a whole number, and of another one; but 0.1 + 0.2 is 0.3 in Excel: where fifteen digits say it with far fewer, the rest is what
 * calculating left.
 */
function shortest(raw: string): string {
  const written = raw.trim();
  if (wholeNumber.test(written)) return written;
  const exact = String(Number(written));
  const rounded = String(Number(Number(written).toPrecision(excelDigits)));
  return digitsOf(rounded) + leastNoise <= digitsOf(exact) ? rounded : exact;
}

/** Digits from the first that is no 0. */
function digitsOf(number: string): number {
  return number.replace(/e.*$/, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').length;
}

import { decodeWindows1252, latin1 } from '../../files/index.js';
import PostalMime from 'postal-mime';
import type { Address, Attachment } from 'postal-mime';

import { unflowed } from './flowed-text.js';
import { htmlPart } from './html-part.js';
import { blocks } from './markdown.js';

/** A mail as Markdown: who wrote it to whom, when and about what, its text, and the names of what is attached. */
export async function readEml(bytes: Uint8Array, depth = 0): Promise<string> {
  const start = latin1(bytes);
  // postal-mime joins flowed lines without regard to the marks of quotations in front of them.
  const isFlowed = flowed.test(start);
  const kept = isFlowed ? Buffer.from(start.replaceAll(flowedAll, '$1flowex'), 'latin1') : bytes;
  const mail = await PostalMime.parse(withoutEnvelope(kept), { attachmentEncoding: 'arraybuffer' });
  const fields: [string, string | undefined][] = [
    ['From', mail.from && shown(mail.from)],
    ['To', mail.to?.map(shown).join(', ')],
    ['Cc', mail.cc?.map(shown).join(', ')],
    ['Date', mail.date],
    ['Subject', mail.subject],
  ];
  const head = fields.filter(([, value]) => value?.trim()).map(([name, value]) => `${name}: ${value}`);
  const inner = /message\/rfc822|multipart\/digest/i.test(start) ? await datesInside(withoutEnvelope(kept)) : [];
  const lines = withIsoDates(mail.text?.replaceAll('\r\n', '\n') ?? '', inner);
  const plain = (isFlowed ? unflowed(lines, { withoutBlanks: /\bdelsp\s*=\s*"?yes/i.test(start) }) : lines).trim();
  const rich =
    mail.html === undefined ? '' : await htmlPart(mail.html.replaceAll(/(data-date="([^"<>]*)">)[^<]*/g, '$1$2'));
  // Parts that are no alternatives of each other are all in the HTML; what is plain in the text is HTML without its tables.
  const isPlain = rich === '' || (/multipart\/alternative/i.test(start) && !isLess(plain, rich));
  const attached = mail.attachments.filter(isAttached);
  const whole = blocks([
    head.join('\n'),
    isPlain ? plain : rich,
    attached.length === 0 ? '' : `Attachments:\n${attached.map(named).join('\n')}`,
    ...(await mailsAmong(attached, depth)),
  ]);
  return windowsSigns(isFlowed ? whole.replaceAll(/(\bformat\s*=\s*"?)flowex/gi, '$1flowed') : whole);
}

const flowed = /\bformat\s*=\s*"?flowed/i;
const flowedAll = /(\bformat\s*=\s*"?)flowed/gi;

/** What TextDecoder of Node leaves of quotation marks in Windows-1252 (nodejs/node#60888); mails have no such control characters. */
function windowsSigns(text: string): string {
  return text.replaceAll(/[\u0080-\u009F]/g, (sign) => decodeWindows1252(Uint8Array.of(sign.charCodeAt(0))));
}

/** Most mails in one another that postal-mime takes apart. */
const mostNested = 10;

/** Words that a plain text has at least, of those of the HTML that it stands for. Below that it says that there is HTML. */
const leastWords = 0.5;

function isLess(plain: string, rich: string): boolean {
  const count = (text: string) =>
    text.replaceAll(/\]\([^()\s]*\)|https?:\S+/g, '').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return count(plain) < leastWords * count(rich);
}

/** Mails that are attached as files. */
async function mailsAmong(attached: readonly Attachment[], depth: number): Promise<string[]> {
  const texts: string[] = [];
  for (const { mimeType, content } of attached) {
    if (mimeType !== 'message/rfc822' || typeof content === 'string' || depth >= mostNested) continue;
    const own = latin1(new Uint8Array(content)).replaceAll(/(\bformat\s*=\s*"?)flowex/gi, '$1flowed');
    texts.push(`Attached mail:\n\n${await readEml(Buffer.from(own, 'latin1'), depth + 1)}`);
  }
  return texts;
}

/** Dates of the mails that are forwarded inside. */
async function datesInside(bytes: Uint8Array, depth = 0): Promise<string[]> {
  if (depth >= mostNested) return [];
  const { attachments } = await PostalMime.parse(bytes, {
    attachmentEncoding: 'arraybuffer',
    forceRfc822Attachments: true,
  });
  const dates: string[] = [];
  for (const { mimeType, content } of attachments) {
    if (mimeType !== 'message/rfc822' || typeof content === 'string') continue;
    const mail = new Uint8Array(content);
    const { date } = await PostalMime.parse(mail, { forceRfc822Attachments: true });
    dates.push(...(date === undefined ? [] : [date]), ...(await datesInside(mail, depth + 1)));
  }
  return dates;
}

/** postal-mime writes dates of mails inside in the machine's language and time zone. */
function withIsoDates(text: string, dates: readonly string[]): string {
  return dates.reduce((all, date) => {
    const moment = new Date(date);
    if (Number.isNaN(moment.getTime())) return all;
    const local = localDate.format(moment);
    return all.replaceAll(/^(Date: +)(.*)$/gm, (line, name: string, said: string) =>
      said.trim() === local ? name + date : line,
    );
  }, text);
}

const localDate = new Intl.DateTimeFormat('default', {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hour12: false,
});

function shown(address: Address): string {
  if (address.group !== undefined) return `${address.name}: ${address.group.map(shown).join(', ')}`;
  if (address.name === '' || address.name === address.address) return address.address;
  return address.address === '' ? address.name : `${address.name} <${address.address}>`;
}

/** What pages are made of: pictures, styles, frames, fonts. */
const ofPages =
  /^(?:image|audio|video|font)\/|^text\/(?:css|html|javascript)$|^application\/(?:x-)?(?:javascript|font)/;

/** Pictures that the HTML shows are no files that somebody attached; anything else is, without a name and with a `Content-ID` too. */
function isAttached({ related, filename, disposition, mimeType }: Attachment): boolean {
  if (!ofPages.test(mimeType)) return true;
  return related !== true && (filename !== null || disposition === 'attachment');
}

function named({ filename, mimeType, content }: Attachment): string {
  const size = typeof content === 'string' ? content.length : content.byteLength;
  return `- ${filename ?? 'without a name'} (${mimeType}, ${size.toLocaleString('en')} bytes)`;
}

/** The line before a mail that was kept in a mailbox is no header field. */
function withoutEnvelope(bytes: Uint8Array): Uint8Array {
  const start = latin1(bytes.subarray(0, 1_000));
  const line = /^(?:\u00EF\u00BB\u00BF)?(?:From \S[^\n]*\n)?/.exec(start)?.[0] ?? '';
  return bytes.subarray(line.length);
}

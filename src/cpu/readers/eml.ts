import { latin1 } from '../../files/index.js';
import PostalMime from 'postal-mime';
import type { Address, Attachment } from 'postal-mime';

import { htmlPart } from './html-part.js';
import { blocks } from './markdown.js';

/** A mail as Markdown: who wrote it to whom, when and about what, its text, and the names of what is attached. */
export async function readEml(bytes: Uint8Array): Promise<string> {
  const mail = await PostalMime.parse(withoutEnvelope(bytes), { attachmentEncoding: 'arraybuffer' });
  const fields: [string, string | undefined][] = [
    ['From', mail.from && shown(mail.from)],
    ['To', mail.to?.map(shown).join(', ')],
    ['Cc', mail.cc?.map(shown).join(', ')],
    ['Date', mail.date],
    ['Subject', mail.subject],
  ];
  const head = fields.filter(([, value]) => value?.trim()).map(([name, value]) => `${name}: ${value}`);
  const plain = mail.text?.trim() ?? '';
  const text = plain === '' && mail.html !== undefined ? await htmlPart(mail.html) : plain.replaceAll('\r\n', '\n');
  const attached = mail.attachments.filter(isAttached).map(named);
  return blocks([head.join('\n'), text, attached.length === 0 ? '' : `Attachments:\n${attached.join('\n')}`]);
}

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

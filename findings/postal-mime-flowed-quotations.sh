#!/usr/bin/env bash
# postal-mime 4.0.0 and mailparser 3.14.2 of npm: the text of a mail that quotes another one in flowed lines (RFC 3676), as Thunderbird writes.
# Expected: `> We pay within thirty days.`, for a line that ends with a blank goes on in the next one of the same depth (RFC 3676, 4.5).
# Seen: mailparser gives that; postal-mime, of the same makers, joins the lines with the mark of the second one inside of the sentence,
# `We pay within > thirty days.`, where a reader takes it for a sign.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --no-save postal-mime@4.0.0 mailparser@3.14.2 >/dev/null 2>&1
cat >run.mjs <<'JS'
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';

const mail = [
  'From: a@example.org',
  'Content-Type: text/plain; charset=utf-8; format=flowed',
  '',
  'Agreed, and we \r\nsign.',
  '> We pay within \r\n> thirty days.',
  '',
].join('\r\n');
const shown = (text) => text.trim().split(/\r?\n/).join(' | ');
console.log('postal-mime:', shown((await PostalMime.parse(mail)).text));
console.log('mailparser:', shown((await simpleParser(mail)).text));
JS
seen=$(node run.mjs)
expected='postal-mime: Agreed, and we sign. | > We pay within > thirty days.
mailparser: Agreed, and we sign. | > We pay within thirty days.'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }

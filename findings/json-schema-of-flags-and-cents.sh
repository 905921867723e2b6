#!/usr/bin/env bash
# zod 4.6.7, valibot 1.5.0 with @valibot/to-json-schema 1.8.0, arktype 2.2.9: three schemas of the Standard Schema family that accept the
# same texts, and what is sent to a model for them as JSON Schema.
# Expected: all refuse, or say in some way, what JSON Schema cannot: the flags of a regular expression.
# Seen: zod and arktype drop the flag i without a word, so that a model is told to answer "eur" where the schema takes "EUR"; valibot throws.
# Amounts in cents: zod's multipleOf(0.01) takes 19.99, valibot's refuses it (the remainder of the division in floating point is not 0),
# and arktype cannot say it: its divisors are integers.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund zod@4.6.7 valibot@1.5.0 @valibot/to-json-schema@1.8.0 arktype@2.2.9 >/dev/null
cat >run.mjs <<'JS'
import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
const said = (of) => { try { return of(); } catch (error) { return `${error.constructor.name}: ${error.message.split('\n')[0]}`; } };
const eur = /^eur$/i;
console.log('zod', z.string().regex(eur).safeParse('EUR').success, said(() => z.toJSONSchema(z.string().regex(eur)).pattern));
console.log('arktype', type(eur)('EUR') === 'EUR', said(() => type(eur).toJsonSchema().pattern));
const ofValibot = v.pipe(v.string(), v.regex(eur));
console.log('valibot', v.safeParse(ofValibot, 'EUR').success, said(() => toJsonSchema(ofValibot).pattern));
console.log('zod cents', said(() => z.number().multipleOf(0.01).safeParse(19.99).success));
console.log('valibot cents', said(() => v.safeParse(v.pipe(v.number(), v.multipleOf(0.01)), 19.99).success));
console.log('arktype cents', said(() => type('number % 0.01')(19.99)));
JS
seen=$(node run.mjs)
expected='zod true ^eur$
arktype true ^eur$
valibot true Error: RegExp flags are not supported by JSON Schema.
zod cents true
valibot cents false
arktype cents ParseError: % operator must be followed by a non-zero integer literal (was 0.01)'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }

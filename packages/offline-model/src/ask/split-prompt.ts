// What people put around material inside a prompt: paired tags (`<document name="a">…</document>`) and fences.
const opening = /<([\w-]+)(?:\s[^<>\n]*)?>|^(```|~~~)[^\n]*$/gm;

// A paragraph longer than this is rather something to read than something to do.
const longestInstruction = 600;

/** Tells the instruction of a prompt from the material inside it. A short prompt is all instruction. */
export function splitPrompt(prompt: string): { instruction: string; material: string[] } {
  const enclosed = splitEnclosed(prompt);
  if (enclosed.material.length > 0) return enclosed;
  const paragraphs = prompt
    .split(/\n\s*\n/)
    .map((text) => text.trim())
    .filter(Boolean);
  if (prompt.length <= longestInstruction || paragraphs.length < 2) {
    return { instruction: prompt.trim(), material: [] };
  }
  // People ask before or after the text; the shorter of the two ends is the question.
  const first = paragraphs[0] ?? '';
  const last = paragraphs.at(-1) ?? '';
  return first.length <= last.length
    ? { instruction: first, material: [paragraphs.slice(1).join('\n\n')] }
    : { instruction: last, material: [paragraphs.slice(0, -1).join('\n\n')] };
}

function splitEnclosed(prompt: string): { instruction: string; material: string[] } {
  const material: string[] = [];
  const outside: string[] = [];
  // Looking for the end of each of a thousand tags that are never closed would take for ever.
  const unclosed = new Set<string>();
  let at = 0;
  for (const match of prompt.matchAll(opening)) {
    const close = match[1] === undefined ? `\n${match[2]}` : `</${match[1]}>`;
    if (match.index < at || unclosed.has(close)) continue;
    const start = match.index + match[0].length;
    const end = prompt.indexOf(close, start);
    if (end < 0) unclosed.add(close);
    else {
      outside.push(prompt.slice(at, match.index));
      material.push(prompt.slice(start, end).trim());
      at = end + close.length;
    }
  }
  outside.push(prompt.slice(at));
  return { instruction: outside.join('\n').trim(), material: material.filter((text) => text !== '') };
}

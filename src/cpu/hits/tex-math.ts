/** What stands in front of a formula where a publisher has written a document of LaTeX for each (Springer, PubMed Central). */
const preamble = /\\(?:documentclass|usepackage|setlength)\s*(?:\[[^\]]{0,200}\])?(?:\s*\{[^{}]{0,200}\}){1,2}/g;
const inDocument = /\\begin\s*\{document\}([^]*?)(?:\\end\s*\{document\}|$)/;
const cdata = /<!\[CDATA\[([^]*?)\]\]>/g;

/** The formula of a `tex-math` of JATS, between single dollar signs, without the document that it was set by. */
export function texMathText(content: string): string {
  const tex = content.replaceAll(cdata, '$1');
  const inner = (inDocument.exec(tex)?.[1] ?? tex.replaceAll(preamble, '')).trim();
  const bare = inner.replace(/^(\$\$?)([^$]*)\1$/, '$2').trim();
  return bare === '' || bare.includes('$') ? inner : `$${bare}$`;
}

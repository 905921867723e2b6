/** The links that a model may set: web pages and mail addresses. All others run something, or open a program. */
const safe = /^(?:https?:\/\/[^\s/]|mailto:)[^\s\p{Cc}<>"]*$/iu;

/** Where a link leads, if a reader may be led there. */
export function safeLink(href: string): string | undefined {
  return safe.test(href) ? href : undefined;
}

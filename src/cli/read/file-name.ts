/** A name for a file after an id: an id may be anything, a file's name may not. */
export function fileNameOf(id: string): string {
  return encodeURIComponent(id)
    .replaceAll(/[.*%']/g, '_')
    .slice(0, 200);
}

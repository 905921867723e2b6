export async function countWords(text: string): Promise<number> {
  return text.split(/\s+/).length;
}

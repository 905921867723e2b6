import { blocks, heading, oneLine } from './markdown.js';
import type { OdfStyles } from './odf-styles.js';
import type { OdfText } from './odf-text.js';
import { childOf, elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** Places for a slide's number, its date and the texts that all slides have. */
const furniture = new Set(['header', 'footer', 'date-time', 'page-number', 'page', 'notes-page']);

/** A presentation's slides: a heading, texts and notes for each. */
export function slidesOf(presentation: Element | undefined, texts: OdfText, styles: OdfStyles): string[] {
  return elementsOf(presentation, 'drawing:page').map((page, at) => {
    const place = ({ attributes }: Element) => attributes['presentation:class'] ?? '';
    const shown = (elements: readonly Element[]) =>
      elements.filter((element) => element.name.startsWith('drawing:') && !furniture.has(place(element)));
    const frames = shown(elementsOf(page));
    const isTitle = (frame: Element) => place(frame) === 'title';
    const title = oneLine(textsIn(frames.filter(isTitle), texts).join(' '));
    const noted = textsIn(shown(elementsOf(childOf(page, 'presentation:notes'))), texts)
      .join('\n')
      .trim();
    const said = elementsOf(page, 'office:annotation').map((each) => `- ${oneLine(texts.blocksOf(each).join(' '))}`);
    const hidden = styles.isHiddenPage(page.attributes['drawing:style-name']) ? ' (hidden)' : '';
    return blocks([
      heading(2, `Slide ${at + 1}${hidden}${title === '' ? '' : `: ${title}`}`),
      ...textsIn(
        frames.filter((frame) => !isTitle(frame)),
        texts,
      ),
      noted === '' ? '' : `Notes: ${noted}`,
      ...(said.length === 0 ? [] : ['Comments:', said.join('\n')]),
    ]);
  });
}

function textsIn(frames: readonly Element[], texts: OdfText): string[] {
  return texts.blocksOf({ name: '', attributes: {}, children: [...frames] });
}

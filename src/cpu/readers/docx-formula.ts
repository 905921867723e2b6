import { accented, isBracketed, sideBySide } from '../hits/mathematics.js';
import { childOf, elementsOf, textOf } from './xml.js';
import type { Element } from './xml.js';

/** A formula of Word (Office Math, ECMA-376, part 1, 22.1) in one line, near to LaTeX's way of writing. */
export function formula(element: Element | undefined): string {
  return sideBySide(elementsOf(element).map((each) => ({ text: term(each), isSign: each.name === 'm:r' })));
}

function term(element: Element): string {
  const part = (name: string) => formula(childOf(element, name));
  const setting = (properties: string, name: string) => childOf(element, properties, name)?.attributes['m:val'];
  switch (element.name) {
    case 'm:r':
      return elementsOf(element, 'm:t').map(textOf).join('');
    case 'm:f':
      // One above the other, without a line between them, is no division.
      if (setting('m:fPr', 'm:type') === 'noBar') return `binom(${part('m:num')}, ${part('m:den')})`;
      return `${grouped(part('m:num'))}/${grouped(part('m:den'))}`;
    case 'm:bar':
      if (setting('m:barPr', 'm:pos') !== 'top') return part('m:e');
      return accented(part('m:e'), '\u0304') ?? `bar(${part('m:e')})`;
    case 'm:acc': {
      const sign = setting('m:accPr', 'm:chr') ?? '\u0302';
      return accented(part('m:e'), sign) ?? `${grouped(part('m:e'))}^${grouped(sign)}`;
    }
    case 'm:limLow':
      return `${part('m:e')}_${grouped(part('m:lim'))}`;
    case 'm:limUpp':
      return `${part('m:e')}^${grouped(part('m:lim'))}`;
    case 'm:sPre':
      return `_${grouped(part('m:sub'))}^${grouped(part('m:sup'))} ${part('m:e')}`;
    case 'm:phant':
      return /^(0|false|off)$/.test(setting('m:phantPr', 'm:show') ?? '1') ? '' : part('m:e');
    case 'm:sSup':
      return `${grouped(part('m:e'))}^${grouped(part('m:sup'))}`;
    case 'm:sSub':
      return `${grouped(part('m:e'))}_${grouped(part('m:sub'))}`;
    case 'm:sSubSup':
      return `${grouped(part('m:e'))}_${grouped(part('m:sub'))}^${grouped(part('m:sup'))}`;
    case 'm:rad':
      return part('m:deg') === '' ? `√(${part('m:e')})` : `root(${part('m:deg')}, ${part('m:e')})`;
    case 'm:nary': {
      const [sub, sup] = [part('m:sub'), part('m:sup')];
      const bounds = `${sub && `_${grouped(sub)}`}${sup && `^${grouped(sup)}`}`;
      return `${setting('m:naryPr', 'm:chr') ?? '∫'}${bounds} ${part('m:e')}`;
    }
    case 'm:d': {
      const inner = elementsOf(element, 'm:e')
        .map(formula)
        .join(setting('m:dPr', 'm:sepChr') ?? '|');
      return `${setting('m:dPr', 'm:begChr') ?? '('}${inner}${setting('m:dPr', 'm:endChr') ?? ')'}`;
    }
    case 'm:func':
      return `${part('m:fName')} ${part('m:e')}`;
    case 'm:m':
      return `[${elementsOf(element, 'm:mr')
        .map((row) => elementsOf(row, 'm:e').map(formula).join(', '))
        .join('; ')}]`;
    case 'm:eqArr':
      return elementsOf(element, 'm:e').map(formula).join('; ');
    default:
      return element.name.endsWith('Pr') ? '' : formula(element);
  }
}

function grouped(text: string): string {
  return /^[\p{L}\p{M}\p{N}.]+$/u.test(text) || isBracketed(text) ? text : `(${text})`;
}

/** What PDF.js says of an annotation: only what is read here. */
export interface Annotation {
  id: string;
  subtype: string;
  annotationFlags?: number;
  hidden?: boolean;
  rect: number[];
  contentsObj?: { str?: string };
  titleObj?: { str?: string };
  url?: string;
  fieldType?: string | null;
  fieldName?: string;
  fieldValue?: unknown;
  alternativeText?: string;
  password?: boolean;
  checkBox?: boolean;
  radioButton?: boolean;
  exportValue?: string;
  buttonValue?: string | null;
  options?: { exportValue?: string; displayValue?: string }[];
}

/** Text that stands on a page beside its text layer. */
export interface Added {
  /** What it is as text: a value, or what somebody has written on the page. */
  text: string;
  rect: number[];
  /** Set where it says something even if the page has no text: a value, and not an empty box. */
  isText: boolean;
  /** Set where it goes behind what is there, as an address does. */
  isBehind?: boolean;
}

/** Flags of annotations (ISO 32000-1, table 165). */
const [isHidden, isNoView] = [2, 32];

/** Annotations that are comments on what is there. */
const comments = /^(Text|Highlight|Underline|StrikeOut|Squiggly|Caret|Stamp|Square|Circle|Line|Ink|Polygon|PolyLine)$/;

/** What an annotation adds to a page; `undefined` for nothing. */
export function addedBy(annotation: Annotation): Added | undefined {
  const { subtype, rect, annotationFlags = 0, hidden = false } = annotation;
  if (hidden || (annotationFlags & (isHidden | isNoView)) !== 0) return undefined;
  if (subtype === 'Link') {
    return annotation.url === undefined ? undefined : { text: annotation.url, rect, isText: false, isBehind: true };
  }
  if (subtype === 'Widget') {
    const field = fieldText(annotation);
    return field && { ...field, rect };
  }
  const said = oneLine(annotation.contentsObj?.str ?? '');
  if (said === '') return undefined;
  if (subtype === 'FreeText') return { text: said, rect, isText: true };
  if (!comments.test(subtype)) return undefined;
  const by = oneLine(annotation.titleObj?.str ?? '');
  const kind = subtype === 'StrikeOut' ? 'comment on struck text' : 'comment';
  return { text: `[${kind}${by === '' ? '' : ` by ${by}`}: ${said}]`, rect, isText: true };
}

/** A field of a form with its name: `[name: value]`, and `[x] name` for a box that is ticked. */
function fieldText(field: Annotation): Pick<Added, 'text' | 'isText'> | undefined {
  const { fieldType, fieldValue, password = false } = field;
  const name = nameOf(field);
  if (fieldType === 'Btn') {
    const isRadio = field.radioButton === true;
    if (!isRadio && field.checkBox !== true) return undefined;
    const button = (isRadio ? field.buttonValue : field.exportValue) ?? '';
    const isOn = typeof fieldValue === 'string' && fieldValue !== '' && fieldValue !== 'Off' && fieldValue === button;
    const label = isRadio && button !== '' ? `${name}: ${button}` : name;
    return { text: `[${isOn ? 'x' : ' '}] ${label}`, isText: isOn };
  }
  if (password) return undefined;
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue])
    .filter((value): value is string | number => ['string', 'number'].includes(typeof value))
    .map((value) => oneLine(shownValue(String(value), field)))
    .filter((value) => value !== '');
  return values.length === 0 ? undefined : { text: `[${name}: ${values.join(', ')}]`, isText: true };
}

function nameOf({ fieldName = '', alternativeText = '' }: Annotation): string {
  const [name, tip] = [oneLine(fieldName), oneLine(alternativeText)];
  if (tip === '' || tip === name) return name === '' ? 'field' : name;
  return name === '' ? tip : `${name} (${tip})`;
}

/** A choice has a value for programs and one for people. */
function shownValue(value: string, { options = [] }: Annotation): string {
  return options.find(({ exportValue }) => exportValue === value)?.displayValue ?? value;
}

function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*[\r\n]+\s*/g, ' / ')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ');
}

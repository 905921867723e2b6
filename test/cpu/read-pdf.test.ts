import { describe, expect, it } from 'vitest';

import { readPdf } from '../../src/cpu/tasks/read-pdf.js';
import { pdfOf } from '../support/pdf.js';

describe('a PDF', () => {
  it('tells how many pages it has and which of them have no text', async () => {
    expect(await readPdf({ bytes: pdfOf('Due in May.') })).toEqual({
      text: 'Due in May.',
      pages: 1,
      pagesWithoutText: [],
    });
    expect(await readPdf({ bytes: pdfOf('') })).toEqual({ text: '', pages: 1, pagesWithoutText: [1] });
  });
});

import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';

import type { JsonSchema } from '../../contract/json-schema.js';
import { checkOutputSchema } from '../../plan/check-output-schema.js';
import { FanfoldError } from '../../contract/errors.js';

export interface OutputFormat {
  /** The schema in the words that the API takes; bounds and patterns have moved into the descriptions. */
  wire: JsonSchema;
  /** Where a value does not fit the schema as it was given, bounds and patterns included; `undefined` where it fits. */
  misfit(value: unknown): string | undefined;
}

/**
 * Makes a schema ready for a call.
 *
 * @throws FanfoldError `UnsupportedSchema` before anything is spent
 */
export function outputFormatOf(schema: JsonSchema): OutputFormat {
  try {
    checkOutputSchema(schema);
    const { $schema: _, $id: __, ...plain } = schema;
    // The API holds answers to the formats it knows, and zod writes a pattern beside most of them.
    const validate = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(plain);
    return {
      wire: jsonSchemaOutputFormat(plain as { type: 'object' }).schema as JsonSchema,
      misfit: (value) => {
        if (validate(value)) return undefined;
        const [error] = validate.errors ?? [];
        const { additionalProperty } = error?.params ?? {};
        const named = additionalProperty === undefined ? '' : ` (${JSON.stringify(additionalProperty)})`;
        return `at ${error?.instancePath || 'the top'}: it ${error?.message ?? 'does not fit'}${named}`;
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FanfoldError('UnsupportedSchema', message, error instanceof FanfoldError ? error.advice : undefined);
  }
}

/** A JSON Schema, as the Messages API takes it in `output_config.format`. */
export type JsonSchema = { [keyword: string]: unknown };

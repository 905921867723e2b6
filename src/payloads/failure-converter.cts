import common = require('@temporalio/common');

// Puts messages and stack traces of failures where a payload codec encodes them. Temporal loads it by its path.
export = { failureConverter: new common.DefaultFailureConverter({ encodeCommonAttributes: true }) };

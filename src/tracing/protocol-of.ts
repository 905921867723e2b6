import { InputError } from '../contract/errors.js';

const protocols = ['http/json', 'http/protobuf'] as const;

/**
 * How spans go out; as JSON where nothing is said.
 *
 * @throws InputError for what is not spoken here
 */
export function protocolOf(env: NodeJS.ProcessEnv): (typeof protocols)[number] {
  const name = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((each) => env[each]?.trim());
  const given = name === undefined ? 'http/json' : env[name]?.trim();
  const protocol = protocols.find((each) => each === given);
  if (protocol !== undefined) return protocol;
  throw new InputError(
    `Expected \`${name}\` to be ${protocols.map((each) => `\`${each}\``).join(' or ')}, got \`${given}\`.`,
    'Collectors take OTLP over HTTP at a port of its own, mostly 4318: name that in `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  );
}

import { Resource } from '@opentelemetry/resources';

/**
 * What spans are of, as OpenTelemetry's variables say: `OTEL_RESOURCE_ATTRIBUTES`, and before it `OTEL_SERVICE_NAME`.
 *
 * @param version of the program
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function resourceOf(env: NodeJS.ProcessEnv, version: string): Resource {
  const named = env['OTEL_SERVICE_NAME'] ? { 'service.name': env['OTEL_SERVICE_NAME'] } : {};
  return Resource.default().merge(
    new Resource({
      'service.name': 'fanfold',
      'service.version': version,
      ...attributesIn(env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''),
      ...named,
    }),
  );
}

/** Attributes as `key=value,key=value` with percent-encoding; none of them where one cannot be read, as the specification says. */
function attributesIn(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [, key = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(pair) ?? unreadable(pair);
        return [decodeURIComponent(key), decodeURIComponent(value)];
      }),
    );
  } catch {
    return {};
  }
}

function unreadable(pair: string): never {
  throw new Error(`Expected \`key=value\`, got \`${pair}\`.`);
}

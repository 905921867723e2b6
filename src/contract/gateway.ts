/** Stands for the Unix socket of a gateway, `FANFOLD_GATEWAY=unix:…`; the name can never be looked up (RFC 6761). */
export const gatewaySocketOrigin = 'http://gateway.fanfold.invalid';

/** The value of `FANFOLD_GATEWAY` with which a home's worker asks models itself, without a gateway of the home. */
export const noGateway = 'off';

/** The gateway that the environment names; `undefined` where it names none. */
export function gatewayIn(env: { readonly [name: string]: string | undefined }): string | undefined {
  const named = env['FANFOLD_GATEWAY'];
  return named === undefined || named === '' || named === noGateway ? undefined : named;
}

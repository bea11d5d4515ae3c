/** A client of the front-end, found as OpenNebula's own clients find it. */
import { commonError } from '../errors/common-errors.ts';
import { httpUrlMustBe, parseHttpUrl, withoutCredentials } from '../http/http-url.ts';
import { readOneAuth, readOneEndpoint } from './one-client.ts';
import { createXmlRpcClient, type XmlRpcClient, type XmlRpcClientOptions } from './xml-rpc-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Fails with CONFIG_INVALID where the endpoint is no URL; the message names the variable, and no password. */
export const readEndpointUrl = async (environment: Environment): Promise<URL> => {
  const { text, origin } = await readOneEndpoint(environment);
  const url = parseHttpUrl(text);
  if (url !== undefined) return url;
  const shown = JSON.stringify(withoutCredentials(text));
  const problems = `the endpoint of OpenNebula (${origin}) is ${shown} but must be ${httpUrlMustBe}, for example http://localhost:2633/RPC2`;
  throw commonError('CONFIG_INVALID', { count: 1, problems });
};

/** Fails with CONFIG_INVALID or, if there are no credentials, with ONE_AUTH_MISSING. */
export const connectOne = async (
  environment: Environment,
  options: Omit<XmlRpcClientOptions, 'endpoint' | 'credentials'>,
): Promise<XmlRpcClient> => {
  const endpoint = await readEndpointUrl(environment);
  await readOneAuth(environment);
  return createXmlRpcClient({ ...options, endpoint, credentials: () => readOneAuth(environment) });
};

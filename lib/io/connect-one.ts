/** A client of the front-end, found as OpenNebula's own clients find it. */
import { commonError } from '../errors/common-errors.ts';
import { readOneAuth, readOneEndpoint } from './one-client.ts';
import { createXmlRpcClient, type XmlRpcClient, type XmlRpcClientOptions } from './xml-rpc-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Fails with CONFIG_INVALID where the endpoint is no URL. */
export const readEndpointUrl = async (environment: Environment): Promise<URL> => {
  const text = await readOneEndpoint(environment);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  const problems = `the OpenNebula endpoint is ${JSON.stringify(text)} but must be a URL such as http://localhost:2633/RPC2`;
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

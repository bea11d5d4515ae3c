/** Where the operator says that the CO2 of hours can be asked for. */
import { commonError } from '../../lib/errors/common-errors.ts';

export interface Co2ServiceSettings {
  readonly 'energy.co2-url': readonly URL[];
  readonly 'energy.co2-token-file': string;
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** A token is sent to nobody but the service that it is of, and so that nobody on the way can read it. */
export const co2ServiceProblems = ({
  'energy.co2-url': urls,
  'energy.co2-token-file': tokenFile,
}: Co2ServiceSettings): readonly string[] => {
  if (tokenFile === '') return [];
  if (urls.length === 0)
    return [`--energy.co2-token-file is ${JSON.stringify(tokenFile)} but no --energy.co2-url is given`];
  const services = new Set(urls.map(({ origin }) => origin));
  const open = urls.find((url) => url.protocol === 'http:' && !isLoopback(url));
  return [
    ...(services.size === 1
      ? []
      : [
          `--energy.co2-url names ${[...services].join(' and ')}, but the token of --energy.co2-token-file is sent to one service alone`,
        ]),
    ...(open === undefined
      ? []
      : [`--energy.co2-url is ${open.href} but must begin with https:// where a token is sent`]),
  ];
};

/** Fails with CONFIG_INVALID. */
export const requireCo2Service = (settings: Co2ServiceSettings): void => {
  const problems = co2ServiceProblems(settings);
  if (problems.length > 0)
    throw commonError('CONFIG_INVALID', { count: problems.length, problems: problems.join('; ') });
};

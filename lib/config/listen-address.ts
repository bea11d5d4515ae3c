/** Where a program listens. */
import { bracketHost } from '../host-name.ts';
import type { OptionSpec } from './options.ts';

/** As `listen` takes it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `[::]:9925`, `127.0.0.1:9925`, `:9925` (all addresses). */
export const parseListenAddress = (text: string): ListenAddress | undefined => {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  return port > 65_535 ? undefined : { host: bracketed ?? (plain || '::'), port };
};

/** @param fallback the address that is used where none is given; '' for none */
export const listenAddressOption = (
  fallback: string,
  help = 'address and port on which metrics are served; given several times, on all of them',
): OptionSpec<ListenAddress> => ({
  help,
  form: 'ADDRESS:PORT',
  default: fallback,
  parse: (text) => {
    const value = parseListenAddress(text);
    return value === undefined
      ? { mustBe: 'an address and port such as [::]:9925 or 127.0.0.1:9925' }
      : { value };
  },
});

export const formatListenAddress = ({ host, port }: ListenAddress): string => `${bracketHost(host)}:${port}`;

/** The addresses of a host's interfaces, from `ip -json address show` (iproute2 4.14 or newer). */
import { readMapping } from '../lib/mapping.ts';

/** What a host is asked for. The words are constant: no name is ever part of them. `ip` is not in every PATH. */
export const addressCommand = 'env PATH=/usr/sbin:/usr/bin:/sbin:/bin ip -json address show';

const fieldOf = (value: unknown, name: string): unknown => readMapping(value)[name];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Every address of every interface as it stands; `undefined` where the text is not what `ip` writes. */
export const parseHostAddresses = (output: string): readonly string[] | undefined => {
  let interfaces: unknown;
  try {
    interfaces = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (!Array.isArray(interfaces)) return undefined;
  return interfaces.flatMap((one) =>
    listOf(fieldOf(one, 'addr_info')).flatMap((address) => {
      const local = fieldOf(address, 'local');
      return typeof local === 'string' ? [local] : [];
    }),
  );
};

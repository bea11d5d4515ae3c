/**
 * Which addresses are public: global unicast by the IANA registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry) and of IPv6
 * unicast (2000::/3), as the package ipaddr.js knows them.
 */
import ipaddr from 'ipaddr.js';

const ipv6GlobalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * The address in its shortest form, an IPv4 address mapped into IPv6 as IPv4; `undefined` for what is none.
 * IPv4 addresses have four decimal parts: the forms of old C libraries (`010.1`, `1.2`) are not taken.
 */
export const parseAddress = (text: string): string | undefined => {
  if (text.includes(':') ? !ipaddr.IPv6.isValid(text) : !ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return undefined;
  }
  return ipaddr.process(text).toString();
};

export const isPublicAddress = (text: string): boolean => {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(ipv6GlobalUnicast);
};

const sortKey = (address: string): string => {
  const parsed = ipaddr.parse(address);
  return `${parsed.kind()}${parsed
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;
};

/** Each public address once, IPv4 first, by number: the same set gives the same list. */
export const publicAddressesOf = (addresses: readonly string[]): readonly string[] => {
  const found = new Set<string>();
  for (const text of addresses) {
    const address = parseAddress(text);
    if (address !== undefined && isPublicAddress(address)) found.add(address);
  }
  return [...found]
    .map((address) => ({ address, key: sortKey(address) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ address }) => address);
};

/** The front-ends of a zone, from one.zonepool.info. */
import { commonError } from '../lib/errors/common-errors.ts';
import { type OneElement, textAt } from '../lib/one/document-reader.ts';
import { parseZoneServers } from '../lib/one/zone.ts';

export interface ZoneAddresses {
  readonly id: string;
  readonly name: string;
  /** Names or addresses of its servers; none where it is not highly available. */
  readonly servers: readonly string[];
}

/** IPv6 addresses without their brackets. */
const hostOf = (endpoint: string): readonly string[] => {
  if (!URL.canParse(endpoint)) return [];
  const { hostname } = new URL(endpoint);
  return hostname === '' ? [] : [hostname.replace(/^\[(.*)\]$/, '$1')];
};

export const parseZoneAddresses = (element: OneElement): ZoneAddresses => ({
  id: textAt(element, 'ID') ?? '',
  name: textAt(element, 'NAME') ?? '',
  servers: [...new Set(parseZoneServers(element).flatMap(({ endpoint }) => hostOf(endpoint)))],
});

/** By name, else by id; fails with CONFIG_INVALID where there is no such zone. */
export const chooseZone = (zones: readonly ZoneAddresses[], nameOrId: string): ZoneAddresses => {
  const zone = zones.find(({ name }) => name === nameOrId) ?? zones.find(({ id }) => id === nameOrId);
  if (zone !== undefined) return zone;
  const known = zones.map(({ name }) => name).join(', ');
  const problems = `prometheus.zone is ${JSON.stringify(nameOrId)} but must be one of ${known}`;
  throw commonError('CONFIG_INVALID', { count: 1, problems });
};

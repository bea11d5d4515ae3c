/** The zone of the electricity grid that a host draws from, by the names of Electricity Maps: `DE`, `SE-SE3`. */
import { iso1A2Code } from '@rapideditor/country-coder';

export interface GridAttributes {
  /** GRID_ZONE. */
  readonly gridZone: string | undefined;
  /** GEOLOCATION: `latitude,longitude`, or several of them. */
  readonly geolocation: string | undefined;
}

const zoneForm = /^[A-Za-z]{2}(?:-[A-Za-z\d]+)*$/;

const namedZone = (text: string | undefined): string | undefined => {
  const zone = text?.trim() ?? '';
  return zoneForm.test(zone) ? zone.toUpperCase() : undefined;
};

const countryAt = (place: string): string | undefined => {
  const [, latitude, longitude] = /^([+-]?\d{1,2}(?:\.\d+)?),([+-]?\d{1,3}(?:\.\d+)?)$/.exec(place) ?? [];
  if (latitude === undefined || longitude === undefined) return undefined;
  const at: [number, number] = [Number(longitude), Number(latitude)];
  if (Math.abs(at[0]) > 180 || Math.abs(at[1]) > 90) return undefined;
  return iso1A2Code(at, { level: 'territory' }) ?? iso1A2Code(at) ?? undefined;
};

const countries = new Map<string, string | undefined>();

/** The country of all the places; `undefined` where they are none, or lie in several countries. */
const countryOf = (geolocation: string): string | undefined => {
  if (countries.has(geolocation)) return countries.get(geolocation);
  const found = new Set(geolocation.trim().split(/\s+/).map(countryAt));
  const country = found.size === 1 ? [...found][0] : undefined;
  if (countries.size > 10_000) countries.clear();
  countries.set(geolocation, country);
  return country;
};

/** GRID_ZONE of the host, that of its cluster, or the country where it stands; `undefined` where none is known. */
export const gridZoneOf = (host: GridAttributes, clusterZone: string | undefined): string | undefined =>
  namedZone(host.gridZone) ??
  namedZone(clusterZone) ??
  (host.geolocation === undefined ? undefined : countryOf(host.geolocation));

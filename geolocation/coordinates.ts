/** Coordinates: from records of databases, from text, and as the attribute GEOLOCATION carries them. */

/** In degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Four decimals are eleven metres: more than any database of addresses knows. */
const round = (degrees: number): number => Math.round(degrees * 10_000) / 10_000 + 0;

const makeCoordinates = (latitude: unknown, longitude: unknown): Coordinates | undefined => {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return undefined;
  return { latitude: round(latitude), longitude: round(longitude) };
};

/** 0,0 is open sea: databases have it where they know nothing. */
const isNowhere = ({ latitude, longitude }: Coordinates): boolean => latitude === 0 && longitude === 0;

/**
 * The coordinates of a database's record: GeoLite2, GeoIP2 and DB-IP have them below `location`, flat databases
 * at the top. `undefined` where there are none, or none on Earth.
 */
export const coordinatesOfRecord = (record: unknown): Coordinates | undefined => {
  if (typeof record !== 'object' || record === null) return undefined;
  const fields = record as Readonly<Record<string, unknown>>;
  const { latitude, longitude } = fields;
  const place = makeCoordinates(latitude, longitude) ?? coordinatesOfRecord(fields['location']);
  return place === undefined || isNowhere(place) ? undefined : place;
};

/** `59.3294,18.0687`; anything else is `undefined`. */
export const parseCoordinates = (text: string): Coordinates | undefined => {
  const match = /^([+-]?\d{1,3}(?:\.\d+)?),([+-]?\d{1,3}(?:\.\d+)?)$/.exec(text);
  return match === null ? undefined : makeCoordinates(Number(match[1]), Number(match[2]));
};

/** GEOLOCATION: `lat,long lat,long`, each place once, in the order given. */
export const formatGeolocation = (places: readonly Coordinates[]): string =>
  [...new Set(places.map(({ latitude, longitude }) => `${latitude},${longitude}`))].join(' ');

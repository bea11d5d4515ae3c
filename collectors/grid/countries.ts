/** In which country a place lies, by the borders of all countries: they take 20 MB. */
import { iso1A2Code } from '@rapideditor/country-coder';

const countryAt = (place: string): string | undefined => {
  const [, latitude, longitude] = /^([+-]?\d{1,2}(?:\.\d+)?),([+-]?\d{1,3}(?:\.\d+)?)$/.exec(place) ?? [];
  if (latitude === undefined || longitude === undefined) return undefined;
  const at: [number, number] = [Number(longitude), Number(latitude)];
  if (Math.abs(at[0]) > 180 || Math.abs(at[1]) > 90) return undefined;
  return iso1A2Code(at, { level: 'territory' }) ?? iso1A2Code(at) ?? undefined;
};

/** The country of all places of a GEOLOCATION; `undefined` where they are none, or lie in several countries. */
export const countryOf = (geolocation: string): string | undefined => {
  const found = new Set(geolocation.trim().split(/\s+/).map(countryAt));
  return found.size === 1 ? [...found][0] : undefined;
};

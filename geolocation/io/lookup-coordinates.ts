/** Looks addresses up in MMDB files, offline. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { type Coordinates, coordinatesOfRecord } from '../coordinates.ts';
import { geolocationError } from '../errors.ts';

interface Database {
  readonly path: string;
  readonly ipVersion: number;
  readonly builtAt: Date;
  get(address: string): unknown;
}

/** The file as a database; `undefined` where there is no file. Fails with GEOLOCATION_DATABASE. */
const openDatabase = async (path: string): Promise<Database | undefined> => {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw geolocationError('GEOLOCATION_DATABASE', { path, detail: reasonOf(thrown) }, thrown);
  }
  // Loaded here: a hook whose host has its place in the configuration, or no public address, does not need it.
  const { Reader } = await import('maxmind');
  try {
    const reader = new Reader(content);
    return {
      path,
      ipVersion: reader.metadata.ipVersion,
      builtAt: reader.metadata.buildEpoch,
      get: (address) => reader.get(address),
    };
  } catch (thrown) {
    throw geolocationError('GEOLOCATION_DATABASE', { path, detail: reasonOf(thrown) }, thrown);
  }
};

const lookUp = (database: Database, address: string): Coordinates | undefined => {
  // In a file for IPv4 alone the reader would take an IPv6 address's first bits for an IPv4 address.
  if (address.includes(':') && database.ipVersion === 4) return undefined;
  try {
    return coordinatesOfRecord(database.get(address));
  } catch (thrown) {
    throw geolocationError('GEOLOCATION_DATABASE', { path: database.path, detail: reasonOf(thrown) }, thrown);
  }
};

export interface CoordinatesLookup {
  /** Of each address, in order; `undefined` where no database knows it. */
  readonly places: readonly (Coordinates | undefined)[];
  /** Databases that there are not. */
  readonly missing: readonly string[];
}

/** @param addresses IPv4 and IPv6, none mapped. Fails with GEOLOCATION_DATABASE for a file that is broken. */
export const lookupCoordinates = async (
  addresses: readonly string[],
  paths: readonly string[],
): Promise<CoordinatesLookup> => {
  const opened = await Promise.all(paths.map(openDatabase));
  const databases = opened.filter((database) => database !== undefined);
  const places = addresses.map((address) => {
    for (const database of databases) {
      const found = lookUp(database, address);
      if (found !== undefined) return found;
    }
    return undefined;
  });
  return { places, missing: paths.filter((_, at) => opened[at] === undefined) };
};

/** When the database was made; `undefined` where there is none. Fails with GEOLOCATION_DATABASE. */
export const readDatabaseDate = async (path: string): Promise<Date | undefined> =>
  (await openDatabase(path))?.builtAt;

/** Datastores as one.datastorepool.info describes them. */
import { type Bytes, bytesFromMebibytes } from '../units/units.ts';
import {
  childOf,
  childrenOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

export interface Datastore {
  readonly id: number;
  readonly name: string;
  /** IMAGE, SYSTEM, FILE, BACKUP or UNKNOWN. */
  readonly type: string;
  readonly totalBytes: Bytes | undefined;
  readonly usedBytes: Bytes | undefined;
  readonly freeBytes: Bytes | undefined;
  readonly imageCount: number;
}

const datastoreTypes = ['IMAGE', 'SYSTEM', 'FILE', 'BACKUP'];

export const datastoreShape = shapeOf({
  ID: text,
  NAME: text,
  TYPE: text,
  TOTAL_MB: text,
  USED_MB: text,
  FREE_MB: text,
  IMAGES: { ID: text },
});

/** `undefined` when the element has no ID. */
export const parseDatastore = (element: OneElement): Datastore | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined || id < 0) return undefined;
  const size = (name: string): Bytes | undefined => {
    const mebibytes = parseInteger(textAt(element, name));
    return mebibytes === undefined ? undefined : bytesFromMebibytes(mebibytes);
  };
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    type: datastoreTypes[parseInteger(textAt(element, 'TYPE')) ?? -1] ?? 'UNKNOWN',
    totalBytes: size('TOTAL_MB'),
    usedBytes: size('USED_MB'),
    freeBytes: size('FREE_MB'),
    imageCount: childrenOf(childOf(element, 'IMAGES'), 'ID').length,
  };
};

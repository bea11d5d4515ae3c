/** What of a host (one.host.info) matters for where it stands. */
import { type OneElement, parseInteger, shapeOf, text, textAt } from '../lib/one/document-reader.ts';
import type { PlacedHost } from './static-coordinates.ts';

export interface LocatableHost extends PlacedHost {
  /** The attribute GEOLOCATION as it is now. */
  readonly geolocation: string | undefined;
}

export const locatableHostShape = shapeOf({
  ID: text,
  NAME: text,
  CLUSTER_ID: text,
  CLUSTER: text,
  HOST_SHARE: 'bulk',
  TEMPLATE: { GEOLOCATION: text },
});

/** `undefined` when the element has no ID. */
export const parseLocatableHost = (element: OneElement): LocatableHost | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined) return undefined;
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    clusterId: parseInteger(textAt(element, 'CLUSTER_ID')),
    cluster: textAt(element, 'CLUSTER') ?? '',
    geolocation: textAt(element, 'TEMPLATE', 'GEOLOCATION'),
  };
};

/** The template that sets GEOLOCATION; coordinates hold no quotes. */
export const formatGeolocationTemplate = (geolocation: string): string => `GEOLOCATION="${geolocation}"`;

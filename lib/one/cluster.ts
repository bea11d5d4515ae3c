/** Clusters as one.clusterpool.info describes them. */
import { type OneElement, parseInteger, shapeOf, text, textAt } from './document-reader.ts';

export interface Cluster {
  readonly id: number;
  readonly name: string;
  /** The template's GRID_ZONE: the zone of the electricity grid. */
  readonly gridZone: string | undefined;
}

const clusterShape = shapeOf({ ID: text, NAME: text, TEMPLATE: { GRID_ZONE: text } });

const parseCluster = (element: OneElement): Cluster | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined) return undefined;
  return { id, name: textAt(element, 'NAME') ?? '', gridZone: textAt(element, 'TEMPLATE', 'GRID_ZONE') };
};

/** The call that gives all clusters. */
export const clusterPool = {
  method: 'one.clusterpool.info',
  parameters: [],
  objectName: 'CLUSTER',
  shape: clusterShape,
  parse: parseCluster,
} as const;

/** Hosts with what several checks want of them, from one answer of OpenNebula. */
import { type LocatableHost, locatableHostShape, parseLocatableHost } from '../../geolocation/host.ts';
import type { OneElement, Shape } from '../../lib/one/document-reader.ts';
import { type Host, hostPool, hostShape, parseHost } from '../../lib/one/host.ts';

export type CloudHost = Host & Pick<LocatableHost, 'clusterId' | 'geolocation'>;

/** All that one of the shapes names. */
const mergeShapes = (one: Shape, other: Shape): Shape => {
  const merged = new Map(one);
  for (const [name, children] of other) {
    const known = merged.get(name);
    if (known === undefined) merged.set(name, children);
    else if (known.size > 0 && children.size > 0) merged.set(name, mergeShapes(known, children));
  }
  return merged;
};

const cloudHostShape: Shape = mergeShapes(hostShape, locatableHostShape);

const parseCloudHost = (element: OneElement): CloudHost | undefined => {
  const host = parseHost(element);
  const located = parseLocatableHost(element);
  if (host === undefined || located === undefined) return undefined;
  return { ...host, clusterId: located.clusterId, geolocation: located.geolocation };
};

/** The call that gives all hosts with that. */
export const cloudHostPool = { ...hostPool, shape: cloudHostShape, parse: parseCloudHost };

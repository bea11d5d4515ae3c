/** Virtual networks and their address ranges as one.vnpool.info describes them. */
import {
  childOf,
  childrenOf,
  type OneElement,
  parseAmount,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

export interface AddressRange {
  readonly id: string;
  /** Addresses in the range; an IPv6 range may have 2^64-1, of which a double holds the first digits. */
  readonly size: number | undefined;
  readonly usedLeases: number;
}

export interface VirtualNetwork {
  readonly id: number;
  readonly name: string;
  readonly addressRanges: readonly AddressRange[];
}

export const virtualNetworkShape = shapeOf({
  ID: text,
  NAME: text,
  AR_POOL: { AR: { AR_ID: text, SIZE: text, USED_LEASES: text, ALLOCATED: text } },
});

/** USED_LEASES where the document has it, else the pairs `index lease` in ALLOCATED. */
const usedLeasesOf = (range: OneElement): number => {
  const used = parseAmount(textAt(range, 'USED_LEASES'));
  if (used !== undefined) return used;
  const allocated = textAt(range, 'ALLOCATED') ?? '';
  let words = 0;
  for (const _ of allocated.matchAll(/\S+/g)) words += 1;
  return Math.floor(words / 2);
};

/** `undefined` when the element has no ID. */
export const parseVirtualNetwork = (element: OneElement): VirtualNetwork | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined || id < 0) return undefined;
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    addressRanges: childrenOf(childOf(element, 'AR_POOL'), 'AR').map((range) => ({
      id: textAt(range, 'AR_ID') ?? '',
      size: parseAmount(textAt(range, 'SIZE')),
      usedLeases: usedLeasesOf(range),
    })),
  };
};

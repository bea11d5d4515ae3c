/** Finds the lines that hold a text in buffers whose lines come in order, and looks at each byte once. */
export interface MarkerFinder {
  isIn(bytes: Buffer, from: number, to: number): boolean;
  /** Other bytes stand in the buffers. */
  forget(): void;
}

export const createMarkerFinder = (text: string): MarkerFinder => {
  const marker = Buffer.from(text);
  let searched: Buffer | undefined;
  let markerAt = 0;
  return {
    isIn(bytes, from, to) {
      if (bytes !== searched || markerAt < from) {
        const found = bytes.indexOf(marker, from);
        markerAt = found < 0 ? bytes.length : found;
        searched = bytes;
      }
      return markerAt + marker.length <= to;
    },
    forget() {
      searched = undefined;
    },
  };
};

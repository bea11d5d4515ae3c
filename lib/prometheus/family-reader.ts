/** Reads a page of an exporter while it arrives, and of it only the families that are asked for. */
import { createLineSplitter } from './line-splitter.ts';

const longestLine = 64 * 1024;
const hash = 0x23;
const openBrace = 0x7b;
const space = 0x20;

export interface FamilyReader {
  push(chunk: Buffer): void;
  /** The names of all families of the page that begin with the prefix. */
  finish(): ReadonlySet<string>;
}

const endOfName = (line: Buffer): number => {
  let at = 0;
  while (at < line.length && line[at] !== openBrace && line[at] !== space) at += 1;
  return at;
};

/** @param readers by family, each called with a sample's line: a piece of memory that is used again */
export const createFamilyReader = (
  prefix: string,
  readers: ReadonlyMap<string, (line: Buffer) => void>,
): FamilyReader => {
  const families = new Set<string>();
  const start = Buffer.from(prefix);
  const typeLine = Buffer.from(`# TYPE ${prefix}`);
  const splitter = createLineSplitter(longestLine, (bytes, from, to) => {
    const isComment = bytes[from] === hash;
    const wanted = isComment ? typeLine : start;
    if (
      to - from < wanted.length ||
      bytes.compare(wanted, 0, wanted.length, from, from + wanted.length) !== 0
    )
      return;
    const line = bytes.subarray(isComment ? from + typeLine.length - start.length : from, to);
    const family = line.toString('latin1', 0, endOfName(line));
    families.add(family);
    if (!isComment) readers.get(family)?.(line);
  });
  return {
    push: splitter.push,
    finish: () => {
      splitter.finish();
      return families;
    },
  };
};

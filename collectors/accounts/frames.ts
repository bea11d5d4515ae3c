/**
 * The frame of what is kept: a first line with the version, then frames, each with its length and its checksum.
 *
 * `KIND SEQUENCE HOUR BYTES CHECKSUM`, separated by tabs, then so many bytes of lines. What was being written when the
 * machine stopped has no sound frame, and is dropped.
 */
import { createHash } from 'node:crypto';

export interface Frame {
  readonly kind: string;
  readonly sequence: number;
  /** In milliseconds since 1970. */
  readonly hour: number;
  readonly body: Buffer;
  /** A frame before it is lost, and with it the names that stood there. */
  readonly isAfterDamage: boolean;
}

/** Files of earlier versions are read too: a newer one only has more kinds of lines, and more fields at their ends. */
const version = 2;
const title = '# opennebula-extensions energy, version ';

/** The first lines of each file: what it is, for programs and for people. */
export const fileHead = `${title}${version}
# block: sequence, hour (UTC), bytes and checksum of its lines
# vm: id, name, owner, group, flavour, labels. host: id, name, cluster, grid zone
# use: vm, host (-1: none), own mJ, share mJ, measured s, unmeasured s, lifetime s
# gpu: vm, host (-1: none), mJ of its GPUs, seconds for which they were known; such lines stand where there are GPUs
# draw: host, total mJ, rest mJ, measured s, mJ with a known supply factor, the same at the supply, mJ with a known PUE,
#   the same of the site; the last four are missing where they are 0
# policy: attribution, idle
`;

/** @param head all of the first line that stands before the checksum */
const checksumOf = (head: string, body: Buffer): string =>
  createHash('sha256').update(head).update(body).digest('hex').slice(0, 16);

/** In two pieces, as the second is large. */
export const framePieces = (
  kind: string,
  sequence: number,
  hour: number,
  body: Buffer,
): readonly Buffer[] => {
  const at = new Date(hour).toISOString().replace(':00.000Z', 'Z');
  const head = `${kind}\t${sequence}\t${at}\t${body.length}\t`;
  return [Buffer.from(`${head}${checksumOf(head, body)}\n`), body];
};

export const formatFrame = (kind: string, sequence: number, hour: number, body: string | Buffer): Buffer =>
  Buffer.concat(framePieces(kind, sequence, hour, typeof body === 'string' ? Buffer.from(body) : body));

export interface Frames {
  readonly frames: readonly Frame[];
  /** Up to where the file is kept: what is torn at its end is not. */
  readonly soundBytes: number;
  /** How many damaged places there are, each of which has cost a frame at least. */
  readonly damages: number;
}

export type FramesProblem = 'not_ours' | 'other_version';

const newline = 10;
const headForm = /^(\w+)\t(\d+)\t(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)\t(\d+)\t([0-9a-f]{16})$/;

/** The frame that begins there, if it is sound. */
const frameAt = (
  bytes: Buffer,
  at: number,
): { readonly frame: Omit<Frame, 'isAfterDamage'>; readonly end: number } | undefined => {
  const lineEnd = bytes.indexOf(newline, at);
  if (lineEnd === -1 || lineEnd - at > 200) return undefined;
  const line = bytes.toString('latin1', at, lineEnd);
  const [, kind = '', sequence, hour = '', length, checksum = ''] = headForm.exec(line) ?? [];
  const end = lineEnd + 1 + Number(length);
  if (!(end <= bytes.length)) return undefined;
  const body = bytes.subarray(lineEnd + 1, end);
  if (checksumOf(line.slice(0, -checksum.length), body) !== checksum) return undefined;
  return { frame: { kind, sequence: Number(sequence), hour: Date.parse(hour), body }, end };
};

/** Where the next frame may begin after a damaged one; its checksum tells whether it does. */
const nextHead = (bytes: Buffer, at: number): number => bytes.indexOf('block\t', at + 1);

const versionOf = (bytes: Buffer): number | undefined => {
  const line = bytes.toString('latin1', 0, Math.min(bytes.length, 200)).split('\n')[0] ?? '';
  return line.startsWith(title) ? Number(line.slice(title.length)) : undefined;
};

/** Whether what stands there was written to its end: what a stop of the machine has torn is shorter than it says. */
const isWritten = (bytes: Buffer, at: number): boolean => {
  const lineEnd = bytes.indexOf(newline, at);
  if (lineEnd === -1) return false;
  const length = headForm.exec(bytes.toString('latin1', at, lineEnd))?.[4];
  return length === undefined || lineEnd + 1 + Number(length) <= bytes.length;
};

/** An empty file has no frames: it was being made when the machine stopped. So has one with half a first line. */
export const parseFrames = (bytes: Buffer): Frames | FramesProblem => {
  const found = versionOf(bytes);
  if (found === undefined || !bytes.includes(newline)) {
    const isHalf = fileHead.startsWith(bytes.toString('latin1', 0, fileHead.length + 1));
    return isHalf ? { frames: [], soundBytes: 0, damages: 0 } : 'not_ours';
  }
  if (!(found >= 1 && found <= version)) return 'other_version';
  let at = 0;
  while (bytes[at] === '#'.charCodeAt(0)) {
    const end = bytes.indexOf(newline, at);
    if (end === -1) return { frames: [], soundBytes: 0, damages: 0 };
    at = end + 1;
  }
  const frames: Frame[] = [];
  let soundBytes = at;
  let damages = 0;
  let isDamaged = false;
  while (at !== -1 && at < bytes.length) {
    // A day that was compressed in parts has a head before each part.
    if (!isDamaged && bytes[at] === '#'.charCodeAt(0)) {
      const end = bytes.indexOf(newline, at);
      at = end === -1 ? -1 : end + 1;
      continue;
    }
    const read = frameAt(bytes, at);
    if (read === undefined) {
      isDamaged = true;
      at = nextHead(bytes, at);
      continue;
    }
    if (isDamaged) damages += 1;
    frames.push({ ...read.frame, isAfterDamage: isDamaged });
    isDamaged = false;
    at = read.end;
    soundBytes = at;
  }
  if (isDamaged && isWritten(bytes, soundBytes)) {
    damages += 1;
    soundBytes = bytes.length; // what is appended stands behind it, so that the damage stays to be seen
  }
  return { frames, soundBytes, damages };
};

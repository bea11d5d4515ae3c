/**
 * Reads one HTTP/1 response from bytes that come in pieces, without keeping or copying its body (RFC 9112).
 *
 * Strict where two readers could disagree about where a message ends: such an answer is malformed.
 */
export interface ResponseHead {
  readonly status: number;
  /** By lower-case name; of headers that stand several times the values, joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ResponseEvents {
  head(head: ResponseHead): void;
  /** Bytes of the body, valid during the call only. */
  body(bytes: Buffer): void;
}

export interface ResponseReader {
  /** Throws MalformedResponse. After the end of the response nothing is read. */
  push(bytes: Buffer): void;
  /** Whether the response is whole; `ended`: nothing more will come. */
  isComplete(ended: boolean): boolean;
  /** Whether another response may follow on the same connection. */
  keepsConnection(): boolean;
}

export class MalformedResponse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedResponse';
  }
}

type Part = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'done';

const newline = 0x0a;
/** With the interim answers before it, and so again for the trailers. */
const mostHeadBytes = 64 * 1024;
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/;
const headerLine = /^([\w!#$%&'*+.^`|~-]+):[\t ]*(.*?)[\t ]*$/;
const statusesWithoutBody: ReadonlySet<number> = new Set([204, 304]);

const shown = (line: string): string => JSON.stringify(line.slice(0, 60));

const parseHeaders = (lines: readonly string[]): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? [];
    if (name === '') throw new MalformedResponse(`the answer has the header ${shown(line)}`);
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
};

const parseSize = (text: string, pattern: RegExp, base: number, what: string): number => {
  const size = pattern.test(text) ? Number.parseInt(text, base) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new MalformedResponse(`the answer has the ${what} ${shown(text)}`);
  return size;
};

export const createResponseReader = (events: ResponseEvents): ResponseReader => {
  let part: Part = 'head';
  let left = 0; // bytes of the body, or of the chunk
  let lines: string[] = [];
  let unfinishedLine = '';
  let headBytes = 0;
  let keeps = false;

  /** What the body's end is told by (RFC 9112, 6.3). */
  const beginBody = ({ status, headers }: ResponseHead): void => {
    const coding = headers.get('transfer-encoding');
    const length = headers.get('content-length');
    if (statusesWithoutBody.has(status)) part = 'done';
    else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked' || length !== undefined)
        throw new MalformedResponse(`the answer has the transfer coding ${shown(coding)}`);
      part = 'chunk-size';
    } else if (length !== undefined) {
      left = parseSize(length, /^\d{1,15}$/, 10, 'length');
      part = left === 0 ? 'done' : 'length';
    } else {
      part = 'until-close';
      keeps = false;
    }
  };

  const endHead = (): void => {
    const [first = '', ...rest] = lines;
    lines = [];
    const [, minor, status] = statusLine.exec(first) ?? [];
    if (status === undefined)
      throw new MalformedResponse(`the answer begins with ${shown(first)}, not HTTP/1`);
    const head = { status: Number(status), headers: parseHeaders(rest) };
    if (head.status < 200) return; // another head follows, and counts as part of this one
    headBytes = 0;
    const options = (head.headers.get('connection') ?? '').toLowerCase().split(/[\t ]*,[\t ]*/);
    keeps = minor === '1' && !options.includes('close');
    beginBody(head);
    events.head(head);
  };

  const readLine = (line: string): void => {
    if (part === 'chunk-size') {
      left = parseSize(line.replace(/[\t ]*(?:;.*)?$/, ''), /^[\da-f]{1,12}$/i, 16, 'chunk size');
      part = left === 0 ? 'trailers' : 'chunk';
    } else if (part === 'chunk-end') {
      if (line !== '') throw new MalformedResponse('the answer has a chunk that is longer than its size');
      part = 'chunk-size';
    } else if (line !== '') lines.push(line);
    else if (part === 'trailers') part = 'done';
    else if (lines.length > 0) endHead();
  };

  /** Takes a line from the bytes, or what there is of it; where the next one begins. */
  const takeLine = (bytes: Buffer, from: number): number => {
    const end = bytes.indexOf(newline, from);
    const to = end < 0 ? bytes.length : end;
    headBytes = part === 'head' || part === 'trailers' ? headBytes + to - from : 0;
    if (headBytes > mostHeadBytes || unfinishedLine.length + to - from > mostHeadBytes)
      throw new MalformedResponse(`the answer's head is longer than ${mostHeadBytes} bytes`);
    unfinishedLine += bytes.toString('latin1', from, to);
    if (end < 0) return bytes.length;
    if (!unfinishedLine.endsWith('\r'))
      throw new MalformedResponse(`the answer has the line ${shown(unfinishedLine)}`);
    const line = unfinishedLine.slice(0, -1);
    unfinishedLine = '';
    readLine(line);
    return end + 1;
  };

  const takeBody = (bytes: Buffer, from: number): number => {
    const to = part === 'until-close' ? bytes.length : Math.min(bytes.length, from + left);
    left -= to - from;
    const ends = part !== 'until-close' && left === 0;
    if (ends) part = part === 'chunk' ? 'chunk-end' : 'done';
    events.body(bytes.subarray(from, to));
    return to;
  };

  return {
    push(bytes) {
      let at = 0;
      while (at < bytes.length && part !== 'done') {
        const isBody = part === 'length' || part === 'until-close' || part === 'chunk';
        at = isBody ? takeBody(bytes, at) : takeLine(bytes, at);
      }
      if (at < bytes.length) keeps = false; // nobody asked for that
    },
    isComplete: (ended) => part === 'done' || (ended && part === 'until-close'),
    keepsConnection: () => keeps && part === 'done',
  };
};

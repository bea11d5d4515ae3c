/** Reads the id that a hook is about, from its arguments or else from stdin. */
import { hookError } from '../errors.ts';
import { type HookResource, parseEventId } from '../event.ts';

/** A host with many devices has some hundred kilobytes. */
const mostBytes = 64 * 1024 * 1024;

const readAll = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > mostBytes) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('latin1');
};

/** Fails with HOOK_INPUT. The last word counts: a template may put others in front of it. */
export const readEventId = async (
  words: readonly string[],
  stdin: AsyncIterable<Buffer>,
  resource: HookResource,
): Promise<number> => {
  const input = words.at(-1) ?? (await readAll(stdin));
  const id = parseEventId(input, resource);
  if (id !== undefined) return id;
  const shown =
    input === '' ? 'no argument, and nothing on stdin' : `${JSON.stringify(input.slice(0, 60))} holds none`;
  throw hookError('HOOK_INPUT', { resource, detail: shown });
};

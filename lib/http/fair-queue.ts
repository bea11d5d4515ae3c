/**
 * A queue with an end that is fair to its clients: they take turns, and when it is full, the client with the most
 * in it loses its last place. So whoever asks once waits for one turn of each other client at most.
 */
export interface FairQueue<T> {
  /** What has lost its place, which may be the item itself. */
  add(client: string, item: T): T | undefined;
  remove(client: string, item: T): void;
  take(): T | undefined;
}

const longest = <T>(lines: ReadonlyMap<string, readonly T[]>, preferred: string): string => {
  let found = preferred;
  for (const [client, line] of lines) if (line.length > (lines.get(found)?.length ?? 0)) found = client;
  return found;
};

export const createFairQueue = <T>(mostItems: number): FairQueue<T> => {
  /** By client, in the order of their turns. */
  const lines = new Map<string, T[]>();
  let size = 0;

  const shorten = (client: string, line: T[], at: number): T | undefined => {
    const [item] = line.splice(at, 1);
    if (line.length === 0) lines.delete(client);
    size -= 1;
    return item;
  };

  return {
    add(client, item) {
      const line = lines.get(client) ?? [];
      lines.set(client, line);
      line.push(item);
      size += 1;
      if (size <= mostItems) return undefined;
      const loser = longest(lines, client);
      return shorten(loser, lines.get(loser) ?? [], -1);
    },
    remove(client, item) {
      const line = lines.get(client) ?? [];
      const at = line.indexOf(item);
      if (at >= 0) shorten(client, line, at);
    },
    take() {
      const [first] = lines;
      if (first === undefined) return undefined;
      const [client, line] = first;
      const item = shorten(client, line, 0);
      // To the end: the others come first.
      lines.delete(client);
      if (line.length > 0) lines.set(client, line);
      return item;
    },
  };
};

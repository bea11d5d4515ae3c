/**
 * Edits OpenNebulaNetwork.conf of the drivers: OpenNebula's proxy on the hypervisors (tproxy, from 6.10.1 on) forwards
 * the port for guests to the exporter, as it forwards that of OneGate.
 *
 * A text is the file's bytes, one character each (latin1). revert(edit(x)) is x; edit(edit(x)) is edit(x).
 */
import { isMap, isSeq, parse, parseDocument } from 'yaml';
import { isMapping, type Mapping } from '../lib/mapping.ts';
import { type EditResult, lineBreakOf } from '../lib/text/text-edit.ts';

export interface GuestForward {
  readonly port: number;
  /** Where hypervisors reach the exporter; without one, where they reach OneGate. */
  readonly address: string | undefined;
  /** Of this machine, where the file says nothing either. */
  readonly ownAddress: string | undefined;
}

/** Whether the hypervisors of an OpenNebula of that version have the proxy. */
export const hasProxy = (version: string): boolean => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((number) => Number.parseInt(number, 10));
  return !(major < 6 || (major === 6 && (minor < 10 || (minor === 10 && patch < 1))));
};

const key = ':tproxy:';
const oneGatePort = 5030;
const mark = '# oneext install --guest-power';
const item = '- :service_port: \\d+\\r?\\n\\1  :remote_addr: (\\S+)\\r?\\n\\1  :remote_port: \\d+\\r?\\n';
const ownItem = new RegExp(`^( *)${mark}\\r?\\n\\1${item}`, 'm');
/** With the key, where the file had none. */
const ownList = new RegExp(
  `^( *)${mark}: all of it\\r?\\n:tproxy:\\r?\\n  ${item.replaceAll('\\1', '  ')}`,
  'm',
);

const refused = (detail: string): EditResult => ({ kind: 'refused', detail });
const unchanged = (text: string): EditResult => ({ kind: 'edited', text, changes: [] });

interface Configuration {
  readonly all: Mapping;
  readonly forwards: readonly unknown[];
}

/** `undefined` where Ruby would not read it as we do. */
const readConfiguration = (text: string): Configuration | undefined => {
  try {
    const all: unknown = parse(text) ?? {};
    const forwards = isMapping(all) ? (all[':tproxy'] ?? []) : undefined;
    return isMapping(all) && Array.isArray(forwards) ? { all, forwards } : undefined;
  } catch {
    return undefined;
  }
};

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Whether a text says the same as another, but for what is forwarded, which is this. */
const saysSo = (text: string, { all }: Configuration, forwards: readonly unknown[]): boolean => {
  const read = readConfiguration(text);
  const { ':tproxy': _, ...others } = all;
  const { ':tproxy': __, ...now } = read?.all ?? {};
  return read !== undefined && isSame(now, others) && isSame(read.forwards, forwards);
};

const portOf = (forward: unknown): unknown => (isMapping(forward) ? forward[':service_port'] : undefined);
const addressOf = (forward: unknown): string | undefined =>
  isMapping(forward) && typeof forward[':remote_addr'] === 'string' ? forward[':remote_addr'] : undefined;

/** What the proxies forward, as the file says it. */
export interface ProxyForward {
  readonly servicePort: unknown;
  readonly address: unknown;
  readonly port: unknown;
  /** `oneext install --guest-power` has put it there. */
  readonly isOurs: boolean;
}

/** `undefined` where the file is not what OpenNebula reads. */
export const readForwards = (text: string): readonly ProxyForward[] | undefined => {
  const [own = ''] = ownItem.exec(text) ?? ownList.exec(text) ?? [];
  const [, ourPort] = /:service_port: (\d+)/.exec(own) ?? [];
  return readConfiguration(text)
    ?.forwards.filter(isMapping)
    .map((one) => ({
      servicePort: portOf(one),
      address: one[':remote_addr'],
      port: one[':remote_port'],
      isOurs: String(portOf(one)) === ourPort,
    }));
};

interface Place {
  readonly at: number;
  readonly indent: string;
  /** The key is missing too. */
  readonly isNew: boolean;
}

/** Where one more forward goes: before the first one. `undefined` where the layout is another. */
const placeFor = (text: string): Place | undefined => {
  const { contents } = parseDocument(text);
  const pair = isMap(contents) ? contents.items.find((one) => String(one.key) === ':tproxy') : undefined;
  if (pair === undefined)
    return text === '' || text.endsWith('\n') ? { at: text.length, indent: '  ', isNew: true } : undefined;
  if (isSeq(pair.value) && pair.value.flow !== true && pair.value.range) {
    const [from] = pair.value.range;
    const at = text.lastIndexOf('\n', from - 1) + 1;
    const indent = text.slice(at, from);
    return indent.trim() === '' ? { at, indent, isNew: false } : undefined;
  }
  const line = /^:tproxy:[ \t]*(?:#.*)?\r?\n/m.exec(text);
  return line === null ? undefined : { at: line.index + line[0].length, indent: '  ', isNew: false };
};

/** Takes out what is ours, where the rest says what it said. */
const takeOut = (text: string): string | undefined => {
  const before = readConfiguration(text);
  const found = ownItem.exec(text) ?? ownList.exec(text);
  const own = before?.forwards.findIndex((one) => found !== null && addressOf(one) === found[2]) ?? -1;
  if (before === undefined || found === null || own < 0) return undefined;
  const rest = before.forwards.filter((_, at) => at !== own);
  const cut = (pattern: RegExp, keep: string) => text.replace(pattern, keep);
  return [cut(ownList, ''), cut(ownItem, ''), cut(ownList, ':tproxy:\n')].find(
    (result) => result !== text && saysSo(result, before, rest),
  );
};

export const editTproxyConf = (text: string, forward: GuestForward): EditResult => {
  const known = addressOf(readConfiguration(text)?.forwards.find((one) => portOf(one) === forward.port));
  const isOwn = ownItem.test(text) || ownList.test(text);
  const bare = isOwn ? takeOut(text) : text;
  if (bare === undefined) return unchanged(text); // somebody has changed it since, and it is theirs
  const before = readConfiguration(bare);
  if (before === undefined)
    return refused(`it is not the YAML that OpenNebula reads, with a list below ${key}; correct it`);
  if (before.forwards.some((one) => portOf(one) === forward.port))
    return isOwn
      ? refused(`port ${forward.port} stands below ${key} twice; remove one of the two`)
      : unchanged(text);
  const address =
    forward.address ??
    (isOwn ? known : undefined) ??
    addressOf(before.forwards.find((one) => portOf(one) === oneGatePort)) ??
    forward.ownAddress;
  if (address === undefined)
    return refused(
      'it is not known where hypervisors reach this front-end; give --guest-power-address ADDRESS',
    );
  const place = placeFor(bare);
  const added = { ':service_port': forward.port, ':remote_addr': address, ':remote_port': forward.port };
  const newLine = lineBreakOf(bare);
  const lines = [
    ...(place?.isNew ? [`${mark}: all of it`, key] : [`${place?.indent}${mark}`]),
    `${place?.indent}- :service_port: ${forward.port}`,
    `${place?.indent}  :remote_addr: ${address}`,
    `${place?.indent}  :remote_port: ${forward.port}`,
  ];
  const result =
    place === undefined
      ? undefined
      : bare.slice(0, place.at) + lines.map((line) => line + newLine).join('') + bare.slice(place.at);
  if (
    result === undefined ||
    takeOut(result) !== bare ||
    !saysSo(result, before, place?.isNew ? [added] : [added, ...before.forwards])
  )
    return refused(
      `the layout of ${key} cannot be edited safely (each forward needs lines of its own, and the last line a line break); add the forward by hand`,
    );
  const changes = result === text ? [] : [`forward port ${forward.port} of guests to ${address}`];
  return { kind: 'edited', text: result, changes };
};

/** What stood there before comes back; where somebody has changed our lines since, all stays. */
export const revertTproxyConf = (text: string): EditResult => {
  if (!text.includes(mark)) return unchanged(text);
  const bare = takeOut(text);
  return bare === undefined
    ? { kind: 'edited', text, changes: ['the forward of guests stays: somebody has changed it since'] }
    : { kind: 'edited', text: bare, changes: ['forward no port of guests'] };
};

/**
 * VMs that come to this host in a migration: their guests' counters go on from where they stood.
 *
 * libvirt's hook leaves a file for each in the folder `.arriving`, and waits until it is gone. The host that sends the VM
 * is among those that are connected to this one, be it by ssh, to libvirt, or to QEMU: their agents are asked. The one
 * that has the VM is asked again and again until the VM has ended there.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { allEnded } from '../../lib/io/concurrency.ts';
import { downloadText } from '../../lib/io/download-text.ts';
import type { Log } from '../../lib/log/log.ts';
import {
  type CarriedCounter,
  type CounterQuestion,
  carriedCounterUrl,
  parseCarriedCounter,
  parsePeers,
} from '../carried-counter.ts';
import { isFolderName } from '../guest-tree.ts';
import { keyOf } from '../vm-times.ts';
import type { GuestTrees } from './guest-trees.ts';
import { tryReadText } from './read-text.ts';

const askTimeoutMs = 1000;
const mostPeers = 64;
/** The hook waits no longer than it takes to ask twice. */
const asksWhileHookWaits = 2;
/** A host that sends a VM is connected all the time. */
const mostAsksInVain = 20;
/** A VM that is not here after so long does not come. */
const longestWayMs = 30_000;

interface Arrival {
  readonly domain: string;
  readonly uuid: string;
  readonly marker: string;
  readonly sinceMs: number;
  /** What the VM had used here when it came: it may have been here before. */
  readonly joulesBefore: number;
  source: string | undefined;
  microjoules: number;
  asksInVain: number;
}

export interface ArrivalPlaces {
  /** Of all guests. */
  readonly folder: string;
  readonly procfs: string;
  /** On which this agent and those of other hosts listen. */
  readonly port: number;
  readonly trees: GuestTrees;
  readonly joulesOf: (key: string) => number;
  readonly runsHere: (key: string) => boolean;
  readonly log: Log;
}

export interface Arrivals {
  /** Never answers its own questions. */
  readonly isOwn: (question: CounterQuestion) => boolean;
  /** Asks once for each VM that comes. Does not fail. */
  readonly follow: () => Promise<void>;
}

const listNames = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The host where the VM is comes first. Those that it has left before know an older counter, which is lower. */
const compareCounters = (one: CarriedCounter, other: CarriedCounter): number =>
  Number(other.isThere) - Number(one.isThere) || other.microjoules - one.microjoules;

export const createArrivals = (places: ArrivalPlaces): Arrivals => {
  const { folder, procfs, port, trees, log } = places;
  const asker = randomUUID();
  const arriving = path.join(folder, '.arriving');
  const arrivals = new Map<string, Arrival>();

  const lookForNew = (): void => {
    for (const domain of listNames(arriving)) {
      const marker = path.join(arriving, domain);
      const uuid = tryReadText(marker)?.trim() ?? '';
      if (!isFolderName(domain) || uuid === '' || arrivals.has(domain)) continue;
      const joulesBefore = places.joulesOf(keyOf({ domain, uuid }));
      const sinceMs = performance.now();
      const nothingYet = { source: undefined, microjoules: 0, asksInVain: 0 };
      arrivals.set(domain, { domain, uuid, marker, sinceMs, joulesBefore, ...nothingYet });
    }
  };
  const readPeers = (): readonly string[] => {
    const sockets = ['net/tcp', 'net/tcp6'].map((name) => tryReadText(path.join(procfs, name)) ?? '');
    return parsePeers(sockets.join('\n')).slice(0, mostPeers);
  };
  const ask = async (address: string, arrival: Arrival): Promise<CarriedCounter | undefined> => {
    const url = carriedCounterUrl({ address, port }, { ...arrival, asker });
    return parseCarriedCounter(await downloadText(url, askTimeoutMs).catch(() => ''));
  };
  const askAll = async (arrival: Arrival): Promise<CarriedCounter | undefined> => {
    const peers = arrival.source === undefined ? readPeers() : [arrival.source];
    const answers = await allEnded(peers.map((peer) => ask(peer, arrival)));
    const [best] = answers
      .flatMap((answer, at) => (answer === undefined ? [] : [{ answer, peer: peers[at] }]))
      .sort((one, other) => compareCounters(one.answer, other.answer));
    if (best !== undefined) arrival.source = best.peer;
    return best?.answer;
  };
  const end = ({ domain, marker }: Arrival): void => {
    rmSync(marker, { force: true });
    arrivals.delete(domain);
  };

  const followOne = async (arrival: Arrival): Promise<void> => {
    const { domain, marker, joulesBefore, sinceMs } = arrival;
    const key = keyOf(arrival);
    const answer = await askAll(arrival);
    if (answer === undefined) {
      arrival.asksInVain += 1;
      if (arrival.asksInVain >= asksWhileHookWaits) rmSync(marker, { force: true });
      if (arrival.asksInVain < mostAsksInVain) return;
      log.warn('no agent knows the counter with which a guest came', { domain, from: arrival.source ?? '' });
      end(arrival);
      return;
    }
    trees.raise(key, joulesBefore, answer.microjoules);
    Object.assign(arrival, { microjoules: answer.microjoules, asksInVain: 0 });
    rmSync(marker, { force: true });
    if (!answer.isThere)
      log.info('the counter of a guest has come along', { domain, from: arrival.source ?? '' });
    const doesNotCome = performance.now() - sinceMs > longestWayMs && !places.runsHere(key);
    if (!answer.isThere || doesNotCome) end(arrival);
  };

  return {
    isOwn: (question) => question.asker === asker,
    async follow() {
      lookForNew();
      await allEnded(
        [...arrivals.values()].map((arrival) =>
          followOne(arrival).catch((thrown: unknown) => {
            log.warn('the counter of a guest does not come along', {
              domain: arrival.domain,
              error: String(thrown),
            });
            end(arrival);
          }),
        ),
      );
    },
  };
};

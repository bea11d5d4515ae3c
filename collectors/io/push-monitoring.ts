/**
 * Adds power and energy to OpenNebula's own monitoring of VMs: datagrams to monitord, from the leader alone.
 *
 * A push uses the readings that the accounts of energy or scrapes have just made, and asks the agents itself only
 * where there is none.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import dgram from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Log } from '../../lib/log/log.ts';
import { parseTemplate } from '../../lib/one/oned-template.ts';
import { pushedPowerRecords } from '../../lib/one/vm-monitoring.ts';
import type { MonitoringPush } from '../collector.ts';
import { collectorError } from '../errors.ts';
import { isLeader } from '../ha.ts';
import { formatMessages } from '../monitoring/messages.ts';
import { type PushedVms, planPush, valuesOfVms } from '../monitoring/vm-values.ts';
import type { MonitoringAddress, MonitoringSettings } from '../monitoring-options.ts';
import { readSituation } from './read-situation.ts';
import type { Source } from './source.ts';
import type { Sources } from './sources.ts';

/** How often it is looked whether a push is due. */
const tickMs = 1000;
/** What failed, or had no reading, is tried again after this time. */
const tryAgainMs = 5000;
/** monitord's socket has room for some dozen datagrams, and it writes each VM into its database. */
const mostPauseMs = 50;
/** At the end of the process, what was pushed is emptied in this time. */
const farewellMs = 2000;

/** Fails with MONITORING_KEY where what monitord expects cannot be known or done. */
const readKey = async (configFile: string): Promise<KeyObject | undefined> => {
  const fail = (file: string, detail: string, cause?: unknown) =>
    collectorError('MONITORING_KEY', { path: file, detail }, cause);
  const text = await readFile(configFile, 'latin1').catch((thrown: unknown) => {
    if (isMissing(thrown)) return ''; // monitord runs elsewhere, or as it comes
    throw fail(configFile, reasonOf(thrown), thrown);
  });
  const { attributes, problem } = parseTemplate(text);
  if (problem !== undefined) throw fail(configFile, problem);
  const network = attributes.findLast(({ name }) => name === 'NETWORK');
  const file = network?.vector?.get('PUBKEY')?.text ?? '';
  if (file === '') return undefined;
  try {
    const key = createPublicKey(await readFile(path.resolve(path.dirname(configFile), file)));
    if (key.asymmetricKeyType !== 'rsa') throw new Error('it is no RSA key');
    return key;
  } catch (thrown) {
    throw fail(file, reasonOf(thrown), thrown);
  }
};

/** Sends them one after the other, with pauses that sum to `overMs` at most. Fails where nobody listens. */
const send = async (
  messages: readonly string[],
  { host, port }: MonitoringAddress,
  overMs: () => number,
): Promise<void> => {
  const found = await lookup(host, { all: true });
  // A name may have both: monitord as it comes listens on IPv4 alone.
  const { address, family } = found.find((one) => one.family === 4) ??
    found[0] ?? { address: host, family: 4 };
  const socket = dgram.createSocket({ type: family === 6 ? 'udp6' : 'udp4' });
  try {
    const connected = once(socket, 'connect');
    socket.connect(port, address);
    await connected;
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    failed.catch(() => undefined);
    for (const message of messages) {
      const sent = new Promise<void>((resolve, reject) =>
        socket.send(message, (error) => (error === null ? resolve() : reject(error))),
      );
      await Promise.race([sent, failed]);
      await Promise.race([pause(Math.min(mostPauseMs, overMs() / messages.length)), failed]);
    }
  } finally {
    socket.close();
  }
};

export interface MonitoringContext {
  /** Whether this is the only exporter of its front-end; else the sources have its own VMs alone. */
  readonly isWhole: () => boolean;
  /** Those of now: they change when the configuration is read again. */
  readonly settings: () => MonitoringSettings;
  /** How long after another a reading for the accounts of energy comes; 0 where there are none. */
  readonly readingsEveryMs: () => number;
  readonly sources: () => Pick<Sources, 'ha' | 'hosts' | 'vms' | 'agents' | 'vmCpu' | 'gpuPower' | 'energy'>;
  readonly client: () => XmlRpcClient;
  readonly now: () => number;
  /** The same moment by the clock on the wall, which OpenNebula and people have. */
  readonly wall: (ms: number) => number;
  readonly log: Log;
}

export interface MonitoringPusher {
  readonly source: Source<MonitoringPush | undefined>;
  start(): void;
  /** The agents have been asked. */
  onReading(): void;
  /** What was pushed is emptied: nobody would refresh it. */
  close(): Promise<void>;
}

/** What another exporter pushes is not emptied here. */
const only = (pushed: PushedVms, own: ReadonlySet<number>): PushedVms =>
  new Map([...pushed].filter(([vmId]) => own.has(vmId)));

export const createMonitoringPusher = (context: MonitoringContext): MonitoringPusher => {
  const { settings, sources, client, now, wall, log } = context;
  let pushedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let pushed: PushedVms | undefined;
  let last: MonitoringPush | undefined;
  let failure: string | undefined;
  let hasReading = false;
  let isEnding = false;

  /** What an exporter before this one has pushed. */
  const readPushed = async (): Promise<PushedVms> =>
    new Map(
      (await readDocument(client(), pushedPowerRecords)).map(({ vmId }) => [
        vmId,
        { hostId: -1, emptied: 0 },
      ]),
    );

  const push = async (): Promise<void> => {
    if (!isLeader((await sources().ha.get()).value)) {
      pushed = undefined; // the leader has it
      last = undefined;
      return;
    }
    const from = sources();
    const [{ documents, agentsReadAt }, gpuPower, energy] = await Promise.all([
      readSituation(from),
      from.gpuPower.get(),
      from.energy.get().catch(() => ({ value: undefined })), // power is pushed without it
    ]);
    const key = await readKey(settings()['monitoring.config-file']);
    pushed ??= await readPushed();
    if (!context.isWhole()) pushed = only(pushed, new Set(documents.vms.map(({ id }) => id)));
    const values = valuesOfVms(
      { ...documents, gpuPower: gpuPower.value, energy: energy.value },
      wall(agentsReadAt) / 1000,
    );
    const plan = planPush(values, pushed);
    if (values.length === 0 && plan.values.length === 0) return; // no reading yet
    const { 'monitoring.address': address, 'monitoring.interval': intervalMs } = settings();
    await send(formatMessages(plan.values, key), address, () => (isEnding ? farewellMs : intervalMs / 2));
    pushed = plan.pushed;
    if (values.length > 0) pushedAt = agentsReadAt; // the first that has a value goes out at once
    last = { vms: values.length, atSeconds: Math.floor(wall(now()) / 1000) };
  };
  /** Rather with a reading that was made for another than with one of its own a moment later. */
  const isDue = (): boolean => {
    const intervalMs = settings()['monitoring.interval'];
    const early = hasReading ? Math.min(context.readingsEveryMs(), intervalMs) / 2 : 0;
    const mayTry = hasReading || now() - triedAt >= tryAgainMs;
    return mayTry && now() - pushedAt >= intervalMs - early;
  };
  /** Nobody refreshes what was pushed any more. */
  const takeBack = async (): Promise<void> => {
    if (pushed === undefined) return;
    const { values } = planPush([], pushed);
    last = undefined;
    const key = await readKey(settings()['monitoring.config-file']);
    await send(formatMessages(values, key), settings()['monitoring.address'], () => farewellMs);
    pushed = undefined;
  };
  const run = async (): Promise<void> => {
    const isOn = settings()['monitoring.push'];
    // What could not be taken back is tried again.
    if (isOn ? !isDue() : pushed === undefined || now() - triedAt < tryAgainMs) return;
    hasReading = false;
    triedAt = now();
    try {
      await (isOn ? push() : takeBack());
      if (failure !== undefined) log.info('power is pushed into the monitoring of VMs again');
      failure = undefined;
    } catch (thrown) {
      const reason = reasonOf(thrown);
      if (reason !== failure) log.warn('power is not pushed into the monitoring of VMs', { error: reason });
      failure = reason;
      last = undefined;
    }
  };
  const cycle = createCycle(run, tickMs);
  return {
    source: { get: async () => ({ value: last, readAt: now() }) },
    start: () => cycle.start(),
    onReading() {
      hasReading = true;
    },
    async close() {
      isEnding = true;
      await cycle.stop();
      await takeBack().catch((thrown: unknown) =>
        log.warn('power stays in the monitoring of VMs', { error: reasonOf(thrown) }),
      );
    },
  };
};

/**
 * Adds power and energy to OpenNebula's own monitoring of VMs: datagrams to monitord, from the leader alone. One that has
 * been elected waits for an interval first, as the leader before it may have pushed just now.
 *
 * A push uses the readings that the accounts of energy or scrapes have just made, and asks the agents itself only
 * where there is none.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Log } from '../../lib/log/log.ts';
import { pushedPowerRecords } from '../../lib/one/vm-monitoring.ts';
import type { MonitoringPush } from '../collector.ts';
import { formatMessages } from '../monitoring/messages.ts';
import { type PushedVms, planPush, type VmValues, valuesOfVms } from '../monitoring/vm-values.ts';
import type { MonitoringSettings } from '../monitoring-options.ts';
import { isWriter, type ZoneRole, zoneRoleOf } from '../zone-role.ts';
import { readKey, sendMessages } from './monitord.ts';
import { readSituation } from './read-situation.ts';
import type { Source } from './source.ts';
import type { Sources } from './sources.ts';

/** How often it is looked whether a push is due. */
const tickMs = 1000;
/** What failed, or had no reading, is tried again after this time. */
const tryAgainMs = 5000;
/** How often it is looked whether this front-end still leads its zone while it pushes. */
const roleMs = 1000;
/** At the end of the process, what was pushed is emptied in this time. */
const farewellMs = 2000;

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
  let role: ZoneRole | undefined;
  /** The election that this front-end has won last, and when it found that out. */
  let ledTerm: number | undefined;
  let electedAt = Number.NEGATIVE_INFINITY;
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

  /**
   * Asked anew, as far as the source lets it: another may have been elected a moment ago. Who is alone stays so while
   * OpenNebula does not answer.
   */
  const readRole = async (): Promise<ZoneRole> => {
    if (role?.kind !== 'alone') role = undefined;
    role = zoneRoleOf((await sources().ha.get()).value);
    if (role.kind === 'leader' && role.term !== ledTerm) [ledTerm, electedAt] = [role.term, now()];
    return role;
  };
  /** Another is the leader now, and has what was pushed. */
  const giveUp = (): void => {
    pushed = undefined;
    last = undefined;
  };
  /** Sends while this front-end leads; whether it did so to the end. */
  const sendAsWriter = async (values: readonly VmValues[], overMs: () => number): Promise<boolean> => {
    const messages = formatMessages(values, await readKey(settings()['monitoring.config-file']));
    const address = settings()['monitoring.address'];
    let leads = role?.kind === 'alone';
    if (leads) {
      await sendMessages(messages, address, overMs, () => true);
      return true;
    }
    const look = async (): Promise<void> => {
      leads = await readRole().then(isWriter, () => false);
    };
    await look();
    const watch = createCycle(look, roleMs);
    watch.start();
    try {
      await sendMessages(messages, address, overMs, () => leads);
    } finally {
      await watch.stop();
    }
    return leads;
  };
  const push = async (): Promise<void> => {
    if (!isWriter(await readRole())) return giveUp();
    const { 'monitoring.interval': intervalMs } = settings();
    if (now() - electedAt < intervalMs) return; // the leader before may have pushed a moment ago
    const from = sources();
    const [{ documents, agentsReadAt }, gpuPower, energy] = await Promise.all([
      readSituation(from),
      from.gpuPower.get(),
      from.energy.get().catch(() => ({ value: undefined })), // power is pushed without it
    ]);
    pushed ??= await readPushed();
    if (!context.isWhole()) pushed = only(pushed, new Set(documents.vms.map(({ id }) => id)));
    const values = valuesOfVms(
      { ...documents, gpuPower: gpuPower.value, energy: energy.value },
      wall(agentsReadAt) / 1000,
    );
    const plan = planPush(values, pushed);
    if (values.length === 0 && plan.values.length === 0) return; // no reading yet
    const isWhole = await sendAsWriter(plan.values, () => (isEnding ? farewellMs : intervalMs / 2));
    if (values.length > 0) pushedAt = agentsReadAt; // the first that has a value goes out at once
    if (!isWhole) return giveUp();
    pushed = plan.pushed;
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
    // Where there is no other front-end, OpenNebula need not answer for that.
    const isAlone = role?.kind === 'alone';
    if (!isAlone && !isWriter(await readRole())) return giveUp();
    const { values } = planPush([], pushed);
    last = undefined;
    await sendAsWriter(values, () => farewellMs);
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

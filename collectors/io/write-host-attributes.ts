/** Writes what the scheduler learns of the power of hosts into their templates; from the leader alone. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { allEnded, createLimit } from '../../lib/io/concurrency.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Log } from '../../lib/log/log.ts';
import type { SchedulerAttributes } from '../../lib/one/host.ts';
import type { Rates } from '../grid/rates.ts';
import { formatHostTemplate, wantedAttributes } from '../scheduler/host-attributes.ts';
import { planWrites, type Written } from '../scheduler/plan-writes.ts';
import type { SchedulerSettings } from '../scheduler-options.ts';
import { isWriter, zoneRoleOf } from '../zone-role.ts';
import type { Sources } from './sources.ts';

const tickMs = 1000;
/** The readings of the accounts, or of scrapes, are used; where there are none, the agents are asked. */
const withReadingsMs = 10_000;
const withoutReadingsMs = 60_000;
const writesAtOnce = 4;
/** one.host.update: merge. */
const append = 1;

export interface HostAttributesContext {
  /** Those of now: they change when the configuration is read again. */
  readonly settings: () => SchedulerSettings;
  readonly sources: () => Pick<Sources, 'ha' | 'hosts' | 'agents' | 'hostModels' | 'rates'>;
  readonly client: () => XmlRpcClient;
  readonly now: () => number;
  readonly log: Log;
}

export interface HostAttributesWriter {
  start(): void;
  /** The agents have been asked. */
  onReading(): void;
  close(): Promise<void>;
}

export const createHostAttributesWriter = (context: HostAttributesContext): HostAttributesWriter => {
  const { settings, sources, client, now, log } = context;
  const written = new Map<number, Written>();
  /** Also those that have failed. */
  const triedAt = new Map<number, number>();
  const failures = new Map<number, string>();
  let failure: string | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  let unknownSince: ReadonlyMap<number, number> = new Map();
  let hasReading = false;

  const write = async (hostId: number, attributes: SchedulerAttributes): Promise<void> => {
    const at = now();
    triedAt.set(hostId, at);
    try {
      await client().call('one.host.update', [hostId, formatHostTemplate(attributes), append]);
      written.set(hostId, { attributes, at });
      failures.delete(hostId);
    } catch (thrown) {
      const error = reasonOf(thrown);
      if (failures.get(hostId) !== error)
        log.warn('the power of a host is not written for the scheduler', { one_host_id: hostId, error });
      failures.set(hostId, error);
    }
  };

  const writeAll = async (): Promise<void> => {
    const from = sources();
    const leads = async (): Promise<boolean> => isWriter(zoneRoleOf((await from.ha.get()).value));
    if (!(await leads())) {
      written.clear();
      unknownSince = new Map();
      return;
    }
    const [hosts, agents, hostModels, rates] = await Promise.all([
      from.hosts.get(),
      from.agents.get(),
      from.hostModels.get(),
      from.rates.get().catch(() => ({ value: new Map<number, Rates>() })), // watts are written without it
    ]);
    const documents = { hosts: hosts.value, agents: agents.value, hostModels: hostModels.value };
    const intensities = new Map(
      [...rates.value].flatMap(([id, { factor }]) =>
        factor === undefined ? [] : [[id, factor.gramsPerKwh]],
      ),
    );
    const wanted = wantedAttributes(documents, intensities, settings()['scheduler.rank']);
    const plan = planWrites({
      hosts: hosts.value,
      hostsReadAt: hosts.readAt,
      wanted,
      written,
      triedAt,
      unknownSince,
      now: now(),
    });
    unknownSince = plan.unknownSince;
    const limit = createLimit(writesAtOnce);
    // Asked before each of them: another may have been elected since the first.
    const writeAsLeader = async (id: number, attributes: SchedulerAttributes): Promise<void> => {
      if (await leads()) await write(id, attributes);
    };
    await allEnded(plan.writes.map(([id, attributes]) => limit(() => writeAsLeader(id, attributes))));
  };

  const run = async (): Promise<void> => {
    const isDue = now() - ranAt >= (hasReading ? withReadingsMs : withoutReadingsMs);
    if (!settings()['scheduler.attributes'] || !isDue) return;
    [hasReading, ranAt] = [false, now()];
    try {
      await writeAll();
      failure = undefined;
    } catch (thrown) {
      const error = reasonOf(thrown);
      if (error !== failure) log.warn('the power of hosts is not written for the scheduler', { error });
      failure = error;
    }
  };
  const cycle = createCycle(run, tickMs);
  return {
    start: () => cycle.start(),
    onReading() {
      hasReading = true;
    },
    close: () => cycle.stop(),
  };
};

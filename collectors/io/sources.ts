/** Where each document comes from. All collectors share them, so each is read once for a refresh. */

import { shownUrl } from '../../lib/http/http-url.ts';
import { allOfPool, type DocumentCall, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Log } from '../../lib/log/log.ts';
import { datastoreShape, parseDatastore } from '../../lib/one/datastore.ts';
import { hostPool } from '../../lib/one/host.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import { parseVirtualNetwork, virtualNetworkShape } from '../../lib/one/virtual-network.ts';
import { powerAgents } from '../agents/agents.ts';
import { countAnswer } from '../agents/answer-counts.ts';
import { leastIntervalMs, oftenIntervalMs } from '../agents/asking-interval.ts';
import type { DocumentName, Documents } from '../collector.ts';
import type { ExporterOptions } from '../exporter-options.ts';
import type { Tariffs } from '../grid/tariffs.ts';
import { learnModels, modelsOf } from '../learn-models.ts';
import { askedHosts, isWhole } from '../shard.ts';
import type { AgentMemories } from './agent-memory.ts';
import { createAgentAsker } from './ask-agents.ts';
import { createCo2Asker } from './ask-co2.ts';
import type { KeptStates } from './kept-states.ts';
import { createPartReader } from './own-part.ts';
import type { ReadCountries } from './read-countries.ts';
import { createGridZoneReader } from './read-grid-zones.ts';
import { readHa } from './read-ha.ts';
import { createFqdn, readBackupState, readServers } from './read-machine.ts';
import { createPlatformReader } from './read-platform.ts';
import { createRatesReader } from './read-rates.ts';
import { createUserReader } from './read-users.ts';
import { createVmMonitoringReader } from './read-vm-monitoring.ts';
import { createVmReader } from './read-vms.ts';
import { createOtherHostFilter } from './refuse-other-hosts.ts';
import { createSource, type Source } from './source.ts';

export type Sources = { readonly [Name in DocumentName]: Source<Documents[Name]> };

/** Documents that oned answers for. */
export const oneDocuments: ReadonlySet<DocumentName> = new Set([
  'hosts',
  'vms',
  'users',
  'datastores',
  'networks',
  'ha',
]);

/** How long any reading is reused: scrapes of several servers share it, and agents are not asked too often. */
export const reuseMs = 5000;
/** Who leads the zone is asked anew by whoever is about to write what the leader alone may: it costs oned next to nothing. */
const roleReuseMs = 1000;

export interface SourcesContext {
  readonly client: XmlRpcClient;
  readonly log: Log;
  readonly now: () => number;
  readonly readCountries: ReadCountries;
  /** Ends what is being downloaded. */
  readonly signal: AbortSignal;
  readonly kept: KeptStates;
  readonly agentMemories: AgentMemories;
  /** Factors and prices of the configuration. */
  readonly tariffs: Tariffs;
  readonly energy: Sources['energy'];
  readonly energyCopy: Sources['energyCopy'];
  readonly carbonCounts: Sources['carbonCounts'];
  readonly monitoringPush: Sources['monitoringPush'];
  /** Is told when the agents have been asked. */
  readonly onReading: () => void;
}

export const createSources = (options: ExporterOptions, context: SourcesContext): Sources => {
  const {
    client,
    log,
    now,
    readCountries,
    signal,
    kept,
    agentMemories,
    tariffs,
    energy,
    energyCopy,
    carbonCounts,
    monitoringPush,
    onReading,
  } = context;
  const fqdn = createFqdn();
  const repairs = new Map<string, number>();
  const onRepairs = (method: string, places: number): void => {
    if (repairs.get(method) === places) return; // an odd template stays: once is enough
    repairs.set(method, places);
    log.warn('a document of OpenNebula is not well-formed and was mended', { method, places });
  };
  let forged = '';
  const onForged = (ids: readonly number[]): void => {
    if (forged === ids.join()) return;
    forged = ids.join();
    log.warn('VMs stand more than once in the pool: an attribute of a VM forges others', {
      ids: forged.slice(0, 200),
    });
  };
  const onAttributes = (failure: string | undefined): void => {
    if (failure === undefined) log.info('the attributes of VMs can be read again');
    else
      log.warn(
        'the attributes of VMs cannot be read; VMs are served without opennebula_vm_ut_flavours and PROMETHEUS_EXPORTER',
        { error: failure },
      );
  };
  const readPool = async <T extends { readonly id: number }>(
    call: Omit<DocumentCall<T>, 'onRepairs'>,
  ): Promise<readonly T[]> =>
    takeUnique(await readDocument(client, { ...call, onRepairs: (places) => onRepairs(call.method, places) }))
      .objects;
  const fromOne = <T>(read: () => Promise<T>): Source<T> =>
    createSource({ read, now, reuseMs: Math.max(reuseMs, options['one.min-refresh-interval']) });
  const fromElsewhere = <T>(read: () => Promise<T>): Source<T> => createSource({ read, now, reuseMs });

  const hosts = fromOne(() => readPool(hostPool));
  const oftenMs = oftenIntervalMs(options['collector.energy'] ? options['energy.interval'] : leastIntervalMs);
  const vms = fromOne(
    createVmReader({ client, memory: agentMemories.vms, now, onRepairs, onForged, onAttributes }),
  );
  const askAgents = createAgentAsker({
    agents: powerAgents,
    oftenMs,
    settings: options,
    now,
    signal,
    memory: agentMemories.ofHosts,
    onAnswer: (answer) => kept.answerCounts.advance((counts) => countAnswer(counts, answer)),
    onChange(host, { agent, verdict }, before) {
      const fields = { host: host.name, one_host_id: host.id, agent };
      if (!verdict.sound) {
        if (before?.verdict.sound !== false || before.verdict.reason !== verdict.reason) {
          const { reason, detail } = verdict;
          log.warn('power agent gave no sound answer', { ...fields, reason, detail });
        }
      } else if (before?.verdict.sound === false) log.info('power agent answers soundly again', fields);
    },
  });
  const readPart = createPartReader(hosts, options.shard, options['power.agent-url']);
  const refuseOthers = createOtherHostFilter(vms, log);
  const readAgents = async (): Promise<Documents['agents']> => {
    const known = (await hosts.get()).value;
    const asked = isWhole(options.shard)
      ? known
      : askedHosts(known, (await vms.get()).value, await readPart());
    const answers = await askAgents(asked);
    onReading();
    return refuseOthers(known, answers);
  };
  const agents = createSource({ read: readAgents, now, reuseMs: Math.min(reuseMs, oftenMs) });
  const vmMonitoring = createVmMonitoringReader({
    client,
    now,
    intervalMs: options['power.monitoring-interval'],
    memory: agentMemories.vmMonitoring,
    onChange(failure) {
      if (failure === undefined) log.info('the monitoring of VMs can be read again');
      else
        log.warn(
          'the monitoring of VMs cannot be read: power is not compared with their CPU, and that of their GPUs is not known',
          { error: failure },
        );
    },
  });

  const readPlatform = createPlatformReader({
    agents: powerAgents,
    settings: options,
    now,
    signal,
    memory: agentMemories.platform,
    onSharedBmc: (bmc, names) =>
      log.warn('several hosts claim one BMC, so none of them gets its power: correct POWER_BMC', {
        bmc,
        hosts: names.slice(0, 20).join(' '),
      }),
    onChange(url, { verdict, platform = [] }, before) {
      const isKnown = platform.length > 0;
      if (before !== undefined && isKnown === (before.platform ?? []).length > 0) return;
      const fields = { url: shownUrl(url) };
      if (isKnown)
        log.info('a central Telegraf tells the power of machines', { ...fields, count: platform.length });
      else
        log.warn('a central Telegraf does not tell the power of any machine', {
          ...fields,
          ...(verdict.sound ? {} : { reason: verdict.reason, detail: verdict.detail }),
        });
    },
  });

  const readGridZones = createGridZoneReader({
    client,
    now,
    readCountries,
    onChange(failure) {
      if (failure === undefined) log.info('clusters can be read again');
      else log.warn('clusters cannot be read: GRID_ZONE of clusters is not known', { error: failure });
    },
  });

  const gridZones = fromOne(async () => readGridZones((await hosts.get()).value));
  const service = { urls: options['energy.co2-url'], tokenFile: options['energy.co2-token-file'] };
  const readRates = createRatesReader({
    tariffs,
    hourlyFiles: options['energy.co2-hourly-file'],
    isServiceAsked: service.urls.length > 0,
    now,
    log,
  });
  const askedCo2 = fromElsewhere(createCo2Asker({ service, now, log, signal }));

  return {
    hosts,
    askedCo2,
    rates: fromElsewhere(async () =>
      readRates((await hosts.get()).value, (await gridZones.get()).value, (await askedCo2.get()).value),
    ),
    carbonCounts,
    gridZones,
    vms,
    users: createSource({
      read: createUserReader(
        client,
        (places) => onRepairs('one.userpool.info', places),
        () =>
          [...agentMemories.vms.attributes.values()].flatMap(({ tokenUsers }) =>
            tokenUsers === undefined || tokenUsers.creatorId === tokenUsers.ownerId
              ? []
              : [tokenUsers.creatorId],
          ),
      ),
      now,
      reuseMs: Math.max(options['energy.interval'], options['one.min-refresh-interval']),
    }),
    datastores: fromOne(() =>
      readPool({
        method: 'one.datastorepool.info',
        parameters: [],
        objectName: 'DATASTORE',
        shape: datastoreShape,
        parse: parseDatastore,
      }),
    ),
    networks: fromOne(() =>
      readPool({
        method: 'one.vnpool.info',
        parameters: [...allOfPool],
        objectName: 'VNET',
        shape: virtualNetworkShape,
        parse: parseVirtualNetwork,
      }),
    ),
    ha: createSource({ read: () => readHa(client, fqdn), now, reuseMs: roleReuseMs }),
    servers: fromElsewhere(() => readServers(fqdn)),
    backupState: fromElsewhere(() => readBackupState(options['backup-restore.state-file'])),
    answerCounts: kept.answerCounts.source,
    energy,
    energyCopy,
    monitoringPush,
    agents,
    hostModels: fromElsewhere(async () => {
      const [known, answers] = [(await hosts.get()).value, (await agents.get()).value];
      const { models } = agentMemories;
      models.learnt = learnModels(models.learnt, known, answers);
      return modelsOf(models.learnt);
    }),
    vmCpu: fromElsewhere(async () => vmMonitoring.cpu((await agents.get()).value)),
    gpuPower: fromElsewhere(async () =>
      options['collector.gpu'] ? vmMonitoring.gpu((await vms.get()).value) : new Map(),
    ),
    platform: fromElsewhere(async () => readPlatform((await hosts.get()).value, (await agents.get()).value)),
  };
};

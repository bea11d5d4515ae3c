/** Runs a simulated cloud: one front-end, and the power agents of all hosts below one port. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudSettings, hostsAt, type SimulatedHost, type SimulatedVm, vmsAt } from './cloud.ts';
import {
  formatAdministrator,
  formatDatastorePool,
  formatExtendedVm,
  formatHost,
  formatNetworkPool,
  formatShortVm,
  formatUserPool,
  formatVmMonitoring,
  formatZonePool,
  gpusOf,
} from './documents.ts';
import { answerAgent, failureAt } from './flapping.ts';
import { type Answer, type AnswerCall, createFrontEnd, encodeDocument } from './front-end.ts';
import { formatNodeExporterPage, formatTelegrafPage } from './host-meter-pages.ts';
import { formatKeplerPage } from './kepler-page.ts';
import { formatOnepowerPage } from './onepower-page.ts';
import { formatScaphandreHost, formatScaphandrePage, formatScaphandreProcesses } from './scaphandre-page.ts';

export const simulatedCredentials = 'oneadmin:opennebula';
/** Of oneadmin, who has created all VMs that have a token for OneGate. */
export const simulatedTokenPassword = 'simulated-token-password-of-48-characters-000000';

export interface SimulationOptions extends CloudSettings {
  /** Ports, 0 for any that is free. */
  readonly port: number;
  readonly agentsPort: number;
  /** Which agent all hosts have; Scaphandre where nothing is said. */
  readonly agent?: SimulatedAgent;
  /** Processes on each page of Scaphandre and Kepler. */
  readonly processes: number;
  /** Nothing moves: every document is made once, before the first call. */
  readonly still: boolean;
  /** All VMs have a token for OneGate. */
  readonly tokens?: boolean;
  /** Some VMs have GPUs, as OpenNebula 7.4 monitors them. */
  readonly gpus?: boolean;
  /** For calls that are to be answered otherwise. */
  readonly answer?: AnswerCall;
  /** Agents fail in turn, each for half of the time. */
  readonly flapping?: boolean;
  /** Milliseconds of a clock that never steps back; that of the process where it is not given. */
  readonly now?: () => number;
}

export interface Simulation {
  readonly endpoint: string;
  /** For --power.agent-url. */
  readonly agentUrl: string;
  close(): Promise<void>;
}

const momentSeconds = 1;

interface Moment {
  readonly at: number;
  readonly documents: ReadonlyMap<string, Buffer>;
  readonly extendedVms: ReadonlyMap<number, string>;
  readonly pageOf: (hostId: number) => Buffer | undefined;
  /** Of another agent on the same host. */
  readonly anotherPageOf: (hostId: number) => Buffer;
}

interface PlacedVms {
  readonly host: SimulatedHost;
  readonly own: readonly SimulatedVm[];
}

type RunningOptions = SimulationOptions & Required<Pick<SimulationOptions, 'now'>>;

type PagesOf = (
  placed: readonly PlacedVms[],
  options: RunningOptions,
) => (hostId: number) => Buffer | undefined;

type FormatPage = (placed: PlacedVms, passed: number, options: RunningOptions) => Buffer;

/** Counters move in a cloud that stands still, too: an agent whose counters do not move measures nothing. */
const countingPages =
  (formatPage: FormatPage): PagesOf =>
  (placed, options) => {
    const byHost = new Map(placed.map((each) => [each.host.id, each] as const));
    const madeAt = options.now();
    return (hostId) => {
      const found = byHost.get(hostId);
      const passed = options.still ? (options.now() - madeAt) / 1000 : 0;
      return found === undefined ? undefined : formatPage(found, passed, options);
    };
  };

/** Most of a page does not change while the cloud stands still, and is made once. */
const scaphandrePages: PagesOf = (placed, options) => {
  const processes = new Map(
    placed.map(({ host, own }) => [
      host.id,
      Buffer.from(formatScaphandreProcesses(host, own, options.processes)),
    ]),
  );
  return countingPages(({ host }, passed) =>
    Buffer.concat([
      processes.get(host.id) ?? Buffer.alloc(0),
      Buffer.from(formatScaphandreHost(host, passed)),
    ]),
  )(placed, options);
};

const pagesOf = {
  scaphandre: scaphandrePages,
  onepower: countingPages(({ host, own }, passed) => formatOnepowerPage(host, own, passed)),
  kepler: countingPages(({ host, own }, passed, { processes }) =>
    formatKeplerPage(host, own, { passed, processes }),
  ),
  telegraf: countingPages(({ host }) => formatTelegrafPage(host)),
  node_exporter: countingPages(({ host }, passed) => formatNodeExporterPage(host, passed)),
} as const;
export type SimulatedAgent = keyof typeof pagesOf;
export const simulatedAgents = Object.keys(pagesOf) as readonly SimulatedAgent[];

const createMoment = (options: RunningOptions, at: number): Moment => {
  const vms = vmsAt(options, at);
  const hosts = hostsAt(options, at);
  const vmsByHost = new Map<number, SimulatedVm[]>(hosts.map(({ id }) => [id, []]));
  for (const vm of vms) {
    if (vm.state === 1) continue;
    vmsByHost.get(vm.hostId)?.push(vm);
    if (vm.sourceHostId !== undefined) vmsByHost.get(vm.sourceHostId)?.push(vm);
  }
  const gpusIn = (vm: SimulatedVm): number => (options.gpus === true ? gpusOf(vm) : 0);
  const extendedVms = new Map(
    vms.map((vm) => [vm.id, formatExtendedVm(vm, options.tokens === true ? 0 : undefined, gpusIn(vm))]),
  );
  const nowSeconds = Math.floor(Date.now() / 1000);
  const monitored = vms
    .filter(({ state }) => state === 3)
    .map((vm) => formatVmMonitoring(vm, nowSeconds, gpusIn(vm)));
  const placed = hosts.map((host) => ({ host, own: vmsByHost.get(host.id) ?? [] }));
  return {
    at,
    extendedVms,
    documents: new Map(
      Object.entries({
        'one.vmpool.info': `<VM_POOL>${vms.map(formatShortVm).join('')}</VM_POOL>`,
        'one.vmpool.infoextended': `<VM_POOL>${[...extendedVms.values()].join('')}</VM_POOL>`,
        'one.vmpool.monitoring': `<MONITORING_DATA>${monitored.join('')}</MONITORING_DATA>`,
        'one.hostpool.info': `<HOST_POOL>${placed.map(({ host, own }) => formatHost(host, own)).join('')}</HOST_POOL>`,
        'one.clusterpool.info':
          '<CLUSTER_POOL><CLUSTER><ID>0</ID><NAME>default</NAME><TEMPLATE></TEMPLATE></CLUSTER></CLUSTER_POOL>',
        'one.datastorepool.info': formatDatastorePool(),
        'one.vnpool.info': formatNetworkPool(vms.length),
        'one.zonepool.info': formatZonePool(),
        'one.system.version': '7.4.0',
        'one.user.info': formatAdministrator(simulatedTokenPassword),
        'one.userpool.info': formatUserPool(simulatedTokenPassword),
        'one.hookpool.info': '<HOOK_POOL></HOOK_POOL>',
      }).map(([method, document]) => [method, encodeDocument(document)]),
    ),
    pageOf: pagesOf[options.agent ?? 'scaphandre'](placed, options),
    anotherPageOf: (hostId) => {
      const { host, own } = placed.find(({ host: { id } }) => id === hostId) ?? {};
      if (host === undefined || own === undefined) return Buffer.alloc(0);
      return options.agent === 'onepower'
        ? Buffer.from(formatScaphandrePage(host, own, options.processes))
        : formatOnepowerPage(host, own, 0);
    },
  };
};

const listen = (server: http.Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

export const simulate = async (given: SimulationOptions): Promise<Simulation> => {
  const options = { now: () => performance.now(), ...given };
  let last = createMoment(options, 0);
  const startedAt = options.now();
  const passedSeconds = (): number => (options.now() - startedAt) / 1000;
  const moment = (): Moment => {
    const at = options.still ? 0 : Math.floor(passedSeconds() / momentSeconds) * momentSeconds;
    if (at !== last.at) last = createMoment(options, at);
    return last;
  };

  const answerCall = (method: string, parameters: readonly unknown[]): Answer | undefined => {
    const own = options.answer?.(method, parameters);
    if (own !== undefined) return own;
    const { documents, extendedVms } = moment();
    if (method === 'one.vmpool.infoset') {
      const ids = String(parameters[0]).split(',').map(Number);
      return { document: `<VM_POOL>${ids.map((id) => extendedVms.get(id) ?? '').join('')}</VM_POOL>` };
    }
    const document = documents.get(method);
    return document === undefined ? undefined : { document };
  };

  const frontEnd = createFrontEnd(simulatedCredentials, answerCall);
  const agents = http.createServer((request, response) => {
    const hostId = Number(/^\/(\d+)\/metrics$/.exec(request.url ?? '')?.[1]);
    const { pageOf, anotherPageOf } = moment();
    const page = pageOf(hostId);
    const failure = options.flapping === true ? failureAt(hostId, passedSeconds()) : undefined;
    if (page === undefined) response.writeHead(404).end();
    else answerAgent(response, { page, another: () => anotherPageOf(hostId) }, failure);
  });
  agents.keepAliveTimeout = 0; // hyper, which Scaphandre stands on, keeps a connection as long as its client does
  const port = await listen(frontEnd, options.port);
  const agentsPort = await listen(agents, options.agentsPort);
  const close = (server: http.Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    endpoint: `http://127.0.0.1:${port}/RPC2`,
    agentUrl: `http://127.0.0.1:${agentsPort}/{id}/metrics`,
    close: async () => void (await Promise.all([close(frontEnd), close(agents)])),
  };
};

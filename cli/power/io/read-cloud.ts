/** Reads what advice is made of: hosts and VMs from OpenNebula, idle watts and carbon from the exporter's page. */
import { allOfPool, readDocument } from '../../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import {
  childOf,
  childrenOf,
  everyChild,
  type OneElement,
  parseDecimal,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from '../../../lib/one/document-reader.ts';
import { hostPool, isKvm, parseHost } from '../../../lib/one/host.ts';
import { takeUnique } from '../../../lib/one/unique-objects.ts';
import { createFamilyReader } from '../../../lib/prometheus/family-reader.ts';
import { createLabelReader, parseIdLabel, sampleValueOf } from '../../../lib/prometheus/sample-line.ts';
import { type ExporterPageOptions, readExporterPage } from '../../io/read-exporter-page.ts';
import type { AdvisedHost, AdvisedVm } from '../advice.ts';

const running = { state: 3, lcmState: 3 };
const monitored = 2;
const notDone = -1;
const kibibytesPerMebibyte = 1024;

const vmShape = shapeOf({
  ID: text,
  NAME: text,
  STATE: text,
  LCM_STATE: text,
  TEMPLATE: {
    CPU: text,
    MEMORY: text,
    AUTOMATIC_REQUIREMENTS: text,
    PCI: { PCI_ID: text },
    TOPOLOGY: { PIN_POLICY: text },
    VMGROUP: { VMGROUP_ID: text },
  },
  USER_TEMPLATE: { SCHED_REQUIREMENTS: text },
  HISTORY_RECORDS: { HISTORY: { HID: text } },
});

const whyItStays = (element: OneElement): string | undefined => {
  const template = childOf(element, 'TEMPLATE');
  const [state, lcmState] = ['STATE', 'LCM_STATE'].map((name) => parseInteger(textAt(element, name)));
  if (state !== running.state || lcmState !== running.lcmState) return 'is not running';
  if (childOf(template, 'PCI') !== undefined) return 'has a PCI device of its host';
  // The scheduler adds the rules of the group to the requirements of a VM that is pending, in memory alone.
  if ((textAt(template, 'VMGROUP', 'VMGROUP_ID') ?? '') !== '')
    return 'is in a VM group, whose rules only the scheduler knows';
  const pinned = textAt(template, 'TOPOLOGY', 'PIN_POLICY') ?? '';
  return ['', 'NONE'].includes(pinned) ? undefined : `is pinned to CPUs of its host (${pinned})`;
};

interface PlacedVm extends AdvisedVm {
  readonly hostId: number;
}

/** `undefined` for a VM that holds no capacity of a host. */
const parsePlacedVm = (element: OneElement): PlacedVm | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  const history = childrenOf(childOf(element, 'HISTORY_RECORDS'), 'HISTORY').at(-1);
  const hostId = parseInteger(textAt(history, 'HID'));
  if (id === undefined || hostId === undefined) return undefined;
  const template = childOf(element, 'TEMPLATE');
  const [cpu, memory] = [parseDecimal(textAt(template, 'CPU')), parseDecimal(textAt(template, 'MEMORY'))];
  const requirements = [
    textAt(template, 'AUTOMATIC_REQUIREMENTS') ?? '',
    textAt(element, 'USER_TEMPLATE', 'SCHED_REQUIREMENTS') ?? '',
  ];
  const unknown = cpu === undefined || memory === undefined ? 'has no known size' : undefined;
  return {
    ...{ id, hostId, name: textAt(element, 'NAME') ?? '', requirements },
    cpu: (cpu ?? 0) * 100,
    memory: (memory ?? 0) * kibibytesPerMebibyte,
    staysBecause: whyItStays(element) ?? unknown,
  };
};

/** Of OpenNebula's own requirements: where the host's template does not have them, no other place does. */
const ownNames: ReadonlySet<string> = new Set(['PUBLIC_CLOUD', 'PIN_POLICY', 'HYPERVISOR']);

const hostShape = new Map([
  ...hostPool.shape,
  ...shapeOf({ CLUSTER_ID: text, VMS: { ID: text } }),
  ['TEMPLATE', everyChild],
  ['HOST_SHARE', new Map([...(hostPool.shape.get('HOST_SHARE') ?? []), ...shapeOf({ MAX_MEM: text })])],
]);

interface Figures {
  readonly idleWatts: ReadonlyMap<number, number>;
  readonly carbonIntensity: ReadonlyMap<number, number>;
  /** Empty where hosts pay in several currencies: they cannot be summed. */
  readonly prices: ReadonlyMap<number, number>;
}

const readFigures = async (options: ExporterPageOptions): Promise<Figures> => {
  const readHostId = createLabelReader('one_host_id', 20);
  const collect = () => {
    const values = new Map<number, number>();
    const read = (line: Buffer): void => {
      const hostId = parseIdLabel(readHostId(line));
      const value = sampleValueOf(line);
      if (hostId !== undefined && Number.isFinite(value) && value >= 0) values.set(hostId, value);
    };
    return { values, read };
  };
  const [idle, carbon, price] = [collect(), collect(), collect()];
  const readCurrency = createLabelReader('currency', 64);
  const currencies = new Set<string>();
  const reader = createFamilyReader(
    'opennebula_',
    new Map([
      ['opennebula_host_idle_watts', idle.read],
      ['opennebula_host_carbon_intensity_grams_per_kwh', carbon.read],
      [
        'opennebula_host_energy_price_per_kwh',
        (line) => {
          price.read(line);
          currencies.add(readCurrency(line) ?? '');
        },
      ],
    ]),
  );
  await readExporterPage(options, reader.push, () => reader.finish().size > 0);
  const prices = currencies.size > 1 ? new Map<number, number>() : price.values;
  return { idleWatts: idle.values, carbonIntensity: carbon.values, prices };
};

const parseAdvisedHost = (
  element: OneElement,
  vms: readonly PlacedVm[],
  { idleWatts, carbonIntensity, prices }: Figures,
): AdvisedHost | undefined => {
  const host = parseHost(element);
  if (host === undefined || !isKvm(host)) return undefined;
  const share = childOf(element, 'HOST_SHARE');
  const amount = (name: string): number => parseInteger(textAt(share, name)) ?? 0;
  const held = childrenOf(childOf(element, 'VMS'), 'ID').flatMap((one) => parseInteger(one.text) ?? []);
  const known = new Map(vms.filter(({ hostId }) => hostId === host.id).map((vm) => [vm.id, vm]));
  const own = held.map((id): AdvisedVm => {
    const vm = known.get(id);
    if (vm !== undefined) return vm;
    return { id, name: '', cpu: 0, memory: 0, requirements: [], staysBecause: 'is not in the pool of VMs' };
  });
  return {
    ...{ id: host.id, name: host.name, vms: own },
    clusterId: parseInteger(textAt(element, 'CLUSTER_ID')) ?? -1,
    isInUse: host.state === monitored,
    cpu: amount('MAX_CPU'),
    memory: amount('MAX_MEM'),
    usedCpu: amount('CPU_USAGE'),
    usedMemory: amount('MEM_USAGE'),
    // The cluster's template, the monitoring of the host and CURRENT_VMS are not read: what only they may have is unknown.
    attributeOf: (name) =>
      textAt(element, 'TEMPLATE', name) ??
      textAt(share, name) ??
      textAt(element, name) ??
      (ownNames.has(name) ? undefined : null),
    idleWatts: idleWatts.get(host.id),
    carbonIntensity: carbonIntensity.get(host.id),
    pricePerKwh: prices.get(host.id),
  };
};

/** Fails with the errors of the client and of the exporter's page. */
export const readCloud = async (
  client: XmlRpcClient,
  page: ExporterPageOptions,
): Promise<readonly AdvisedHost[]> => {
  const [figures, pool] = await Promise.all([
    readFigures(page),
    readDocument(client, {
      method: 'one.vmpool.infoextended',
      parameters: [...allOfPool, notDone],
      objectName: 'VM',
      shape: vmShape,
      parse: parsePlacedVm,
    }),
  ]);
  const { objects: vms, repeated } = takeUnique(pool);
  const doubtful = new Set(repeated);
  const certain = vms.filter(({ id }) => !doubtful.has(id));
  const hosts = await readDocument(client, {
    ...hostPool,
    shape: hostShape,
    parse: (element) => parseAdvisedHost(element, certain, figures),
  });
  return takeUnique(hosts).objects;
};

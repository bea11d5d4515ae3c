/** What the exporter's page tells of itself, the agents and the VMs; read line by line, as it may be long. */
import { createFamilyReader } from '../../lib/prometheus/family-reader.ts';
import { createLabelReader, parseIdLabel, sampleValueOf } from '../../lib/prometheus/sample-line.ts';

export interface CollectorSample {
  readonly name: string;
  readonly success: boolean;
  /** Age of what it serves; `undefined` where it serves nothing. */
  ageSeconds: number | undefined;
}
export interface AgentSample {
  readonly hostId: number;
  readonly agent: string;
  readonly version: string;
  /** `ok` where it is up. */
  readonly reason: string;
  /** How the power of VMs comes about; '' where it measures none. */
  readonly method: string;
}
/** An agent that is known to inflate the power of VMs. */
export type DoubtfulAgent = Pick<AgentSample, 'hostId' | 'agent' | 'version'>;
export interface UnmeasuredVm {
  readonly vmId: number;
  readonly hostId: number;
  readonly reason: string;
}

export interface ExporterPage {
  /** Whether it is a page of an OpenNebula exporter, ours or the stock one. */
  readonly isOpenNebula: boolean;
  /** Whether OpenNebula answered; `undefined` where the page does not tell. */
  readonly oneUp: boolean | undefined;
  readonly version: string | undefined;
  /** By name; none on the page of the stock exporter. */
  readonly collectors: ReadonlyMap<string, CollectorSample>;
  readonly agents: readonly AgentSample[];
  readonly doubtfulAgents: readonly DoubtfulAgent[];
  readonly unmeasured: readonly UnmeasuredVm[];
  readonly measuredVms: number;
  /** One of the VMs that draw power. */
  readonly drawingVm: number | undefined;
  /** VMs to whose monitoring power is pushed; `undefined` where none is pushed. */
  readonly pushedVms: number | undefined;
}

const longestLabel = 256;
const label = (name: string) => createLabelReader(name, longestLabel);
const [collector, version, hostId, vmId, agent, reason, method] = [
  label('collector'),
  label('version'),
  label('one_host_id'),
  label('one_vm_id'),
  label('agent'),
  label('reason'),
  label('method'),
];
const idOf = (text: string | undefined): number => parseIdLabel(text) ?? -1;

const agentOf = (line: Buffer): DoubtfulAgent => ({
  hostId: idOf(hostId(line)),
  agent: agent(line) ?? '',
  version: version(line) ?? '',
});

export interface ExporterPageReader {
  push(chunk: Buffer): void;
  finish(): ExporterPage;
}

export const createExporterPageReader = (): ExporterPageReader => {
  let measuredVms = 0;
  let drawingVm: number | undefined;
  let pushedVms: number | undefined;
  let oneUp: boolean | undefined;
  let ownVersion: string | undefined;
  const collectors = new Map<string, CollectorSample>();
  const ages = new Map<string, number>();
  const agents: AgentSample[] = [];
  const doubtfulAgents: DoubtfulAgent[] = [];
  const unmeasured: UnmeasuredVm[] = [];

  const readers: Readonly<Record<string, (line: Buffer) => void>> = {
    opennebula_up: (line) => {
      oneUp = sampleValueOf(line) === 1;
    },
    opennebula_exporter_build_info: (line) => {
      ownVersion = version(line);
    },
    opennebula_scrape_collector_success: (line) => {
      const name = collector(line) ?? '';
      collectors.set(name, { name, success: sampleValueOf(line) === 1, ageSeconds: undefined });
    },
    opennebula_scrape_collector_age_seconds: (line) => {
      ages.set(collector(line) ?? '', sampleValueOf(line));
    },
    opennebula_power_agent_info: (line) => {
      agents.push({ ...agentOf(line), reason: reason(line) ?? '', method: method(line) ?? '' });
    },
    opennebula_power_agent_doubtful_info: (line) => {
      doubtfulAgents.push(agentOf(line));
    },
    opennebula_vm_power_unmeasured_info: (line) => {
      unmeasured.push({ vmId: idOf(vmId(line)), hostId: idOf(hostId(line)), reason: reason(line) ?? '' });
    },
    opennebula_vm_power_consumption_uW: (line) => {
      measuredVms += 1;
      if (drawingVm === undefined && sampleValueOf(line) > 0) drawingVm = parseIdLabel(vmId(line));
    },
    opennebula_monitoring_pushed_vms: (line) => {
      pushedVms = sampleValueOf(line);
    },
  };

  const page = createFamilyReader('opennebula_', new Map(Object.entries(readers)));
  return {
    push: page.push,
    finish() {
      const isOpenNebula = page.finish().size > 0;
      for (const [name, age] of ages) {
        const known = collectors.get(name);
        if (known !== undefined) known.ageSeconds = age;
      }
      return {
        isOpenNebula,
        oneUp,
        version: ownVersion,
        collectors,
        agents,
        doubtfulAgents,
        unmeasured,
        measuredVms,
        drawingVm,
        pushedVms,
      };
    },
  };
};

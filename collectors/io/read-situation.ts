/** What all that is done with the power of VMs begins with: hosts, VMs, and what agents and OpenNebula say of them. */
import type { Documents } from '../collector.ts';
import type { Sources } from './sources.ts';

export type SituationDocuments = Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu'>;

export interface ReadSituation {
  readonly documents: SituationDocuments;
  /** When the VMs were read, in milliseconds since 1970. */
  readonly vmsReadAt: number;
  /** When the agents were. */
  readonly agentsReadAt: number;
}

/** Each is read once for all who ask at a time. Fails where one of them cannot be read. */
export const readSituation = async (
  from: Pick<Sources, keyof SituationDocuments>,
): Promise<ReadSituation> => {
  const [hosts, vms, agents, vmCpu] = await Promise.all([
    from.hosts.get(),
    from.vms.get(),
    from.agents.get(),
    from.vmCpu.get(),
  ]);
  return {
    documents: { hosts: hosts.value, vms: vms.value, agents: agents.value, vmCpu: vmCpu.value },
    vmsReadAt: vms.readAt,
    agentsReadAt: agents.readAt,
  };
};

/** Documents of a cloud that has nothing, for collectors under test. */
import type { Documents } from '../../collectors/collector.ts';

export const emptyDocuments: Documents = {
  hosts: [],
  vms: [],
  datastores: [],
  networks: [],
  servers: { fqdn: 'front-end', activeStates: new Map() },
  ha: { fqdn: 'front-end', memberStates: [], ownState: undefined },
  backupState: undefined,
  agents: new Map(),
};

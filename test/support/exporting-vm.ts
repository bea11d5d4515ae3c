import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';

/** A running VM that serves metrics on port 9100. */
export const exportingVm = (id: number): ExportingVm => ({
  id,
  name: 'web',
  owner: 'alice',
  hostId: 0,
  state: 3,
  lcmState: 3,
  exporter: { ports: '9100', contextAddresses: [{ ipv4: ['10.0.0.7'], ipv6: [] }], nicAddresses: [] },
});

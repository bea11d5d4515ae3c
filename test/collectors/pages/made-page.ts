/** A page of a cloud with any VMs. */

import { defaultQuery, type PageQuery } from '../../../collectors/pages/page-query.ts';
import { formatPowerDocument } from '../../../collectors/pages/power-document.ts';
import type { VmView } from '../../../collectors/pages/power-view.ts';
import { type PageModel, selectRows } from '../../../collectors/pages/selection.ts';

export const madeVm = (vm: Partial<VmView> = {}): VmView => ({
  id: 1,
  name: 'web',
  owner: 'alice',
  group: 'users',
  host: 'kvm1',
  status: 'runn',
  watts: 10,
  gpuWatts: undefined,
  reason: undefined,
  ...vm,
});

export const madeModel = (vms: readonly VmView[]): PageModel => ({
  at: Date.UTC(2026, 0, 1),
  view: {
    vms,
    hosts: [
      {
        id: 0,
        name: vms[0]?.host ?? 'kvm1',
        cluster: 'default',
        watts: 200,
        idleWatts: 90,
        errorRatio: 0.02,
        unassignedWatts: 100,
        machineWatts: undefined,
        vms: vms.length,
        agent: 'scaphandre',
        reason: 'ok',
      },
    ],
    totals: {
      hosts: 1,
      hostsMeasured: 1,
      hostWatts: 200,
      idleWatts: 90,
      vms: vms.length,
      vmsMeasured: vms.length,
      vmWatts: 100,
    },
    reasons: [],
  },
  history: [],
  trends: new Map(),
  month: {
    month: '2026-01',
    problem: undefined,
    owners: vms.map(({ owner }) => ({ owner, kwh: 1, co2Kg: undefined, cost: undefined, coverage: 1 })),
  },
  problem: undefined,
});

export const documentOf = (model: PageModel, query: PageQuery = defaultQuery): string =>
  formatPowerDocument(model, selectRows(model, query), {
    version: '1',
    telemetryPath: '/metrics',
    discoveryPaths: [],
    scriptPath: '/power/page.js',
    stylePath: '/power/page.css',
    clock: (ms) => new Date(ms).toISOString().slice(11, 19),
  });

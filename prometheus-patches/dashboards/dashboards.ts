/** The dashboards for Grafana. To add one: a file that makes it, and a line here. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { agents } from './agents.ts';
import { cloud } from './cloud.ts';
import { energy } from './energy.ts';
import { hosts } from './hosts.ts';
import { keplerTelegraf } from './kepler-telegraf.ts';
import { vms } from './vms.ts';

/** By the name of the file that it is written to. */
export const dashboards: ReadonlyMap<string, () => Dashboard> = new Map([
  ['power-cloud.json', cloud],
  ['power-hosts.json', hosts],
  ['power-vms.json', vms],
  ['power-energy.json', energy],
  ['power-agents.json', agents],
  ['power-kepler-telegraf.json', keplerTelegraf],
]);

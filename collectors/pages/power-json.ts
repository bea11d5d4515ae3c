/** What the page shows, for programs. What is not known is null. Units stand in the names. */
import { type Column, hostColumns, ownerColumns, vmColumns } from './columns.ts';
import { trendOf } from './power-history.ts';
import type { PageModel, Selection, Shown } from './selection.ts';

const orNull = <T>(value: T | undefined): T | null => value ?? null;

const objectOf = <Row>(columns: readonly Column<Row>[], row: Row) =>
  Object.fromEntries(columns.map(({ key, valueIn }) => [key, orNull(valueIn(row))]));

const pageOf = ({ count, page, pages }: Shown<unknown>) => ({ count, page, pages });

export const formatPowerJson = (model: PageModel, { vms, hosts, owners }: Selection): string => {
  const { at, view, history, trends, month, problem } = model;
  const { totals } = view;
  const document = {
    time: new Date(at).toISOString(),
    problem: orNull(problem),
    totals: {
      hosts: totals.hosts,
      hosts_measured: totals.hostsMeasured,
      hosts_power_watts: orNull(totals.hostWatts),
      hosts_idle_watts: orNull(totals.idleWatts),
      vms: totals.vms,
      vms_measured: totals.vmsMeasured,
      vms_power_watts: orNull(totals.vmWatts),
    },
    unmeasured: Object.fromEntries(view.reasons),
    history: history.map((point) => ({
      time: new Date(point.at).toISOString(),
      power_watts: orNull(point.watts),
      hosts: point.hosts,
      hosts_measured: point.hostsMeasured,
    })),
    pages: { vms: pageOf(vms), hosts: pageOf(hosts), owners: pageOf(owners) },
    vms: vms.rows.map((vm) => {
      const trend = trendOf(trends.get(vm.id), vm.watts);
      return {
        ...objectOf(vmColumns, vm),
        trend_watts: trend.watts.map(orNull),
        trend_change_ratio: orNull(trend.change),
      };
    }),
    hosts: hosts.rows.map((host) => objectOf(hostColumns, host)),
    month: {
      month: month.month,
      problem: orNull(month.problem),
      owners: owners.rows.map((owner) => objectOf(ownerColumns, owner)),
    },
  };
  return `${JSON.stringify(document)}\n`;
};

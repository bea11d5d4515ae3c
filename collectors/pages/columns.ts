/** What stands in the tables of the page, and so in its CSV, and by what they can be sorted. */
import type { MonthOwner } from './month.ts';
import type { HostView, VmView } from './power-view.ts';

export interface Column<Row> {
  /** In the address, in CSV and in JSON. */
  readonly key: string;
  readonly title: string;
  /** What is not known is `undefined`, and is sorted behind all else. */
  readonly valueIn: (row: Row) => string | number | undefined;
}

const column = <Row>(key: string, title: string, valueIn: Column<Row>['valueIn']): Column<Row> => ({
  key,
  title,
  valueIn,
});

export const vmColumns: readonly Column<VmView>[] = [
  column('id', 'ID', ({ id }) => id),
  column('name', 'VM', ({ name }) => name),
  column('owner', 'Owner', ({ owner }) => owner),
  column('group', 'Group', ({ group }) => group),
  column('host', 'Host', ({ host }) => host),
  column('status', 'State', ({ status }) => status),
  column('power_watts', 'Watts', ({ watts }) => watts),
  column('power_unknown_reason', 'Not measured because', ({ reason }) => reason),
  column('gpu_power_watts', 'GPU watts', ({ gpuWatts }) => gpuWatts),
];

/** Those of the document: most clouds have no GPUs. */
export const shownVmColumns = (vms: readonly VmView[]): readonly Column<VmView>[] =>
  vms.some(({ gpuWatts }) => gpuWatts !== undefined)
    ? vmColumns
    : vmColumns.filter(({ key }) => key !== 'gpu_power_watts');

export const hostColumns: readonly Column<HostView>[] = [
  column('id', 'ID', ({ id }) => id),
  column('name', 'Host', ({ name }) => name),
  column('cluster', 'Cluster', ({ cluster }) => cluster),
  column('vms', 'VMs', ({ vms }) => vms),
  column('power_watts', 'Watts', ({ watts }) => watts),
  column('idle_watts', 'Idle watts', ({ idleWatts }) => idleWatts),
  column('unassigned_watts', 'Watts of no VM', ({ unassignedWatts }) => unassignedWatts),
  column('machine_watts', 'Machine watts', ({ machineWatts }) => machineWatts),
  column('model_error_ratio', 'Error of the model', ({ errorRatio }) => errorRatio),
  column('agent', 'Agent', ({ agent }) => agent),
  column('agent_reason', 'Agent says', ({ reason }) => reason),
];

export const ownerColumns: readonly Column<MonthOwner>[] = [
  column('owner', 'Owner', ({ owner }) => owner),
  column('energy_kwh', 'kWh', ({ kwh }) => kwh),
  column('co2_kg', 'CO2 in kg', ({ co2Kg }) => co2Kg),
  column('cost', 'Cost', ({ cost }) => cost),
  column('coverage_ratio', 'Measured', ({ coverage }) => coverage),
];

const compare = (one: string | number, other: string | number): number => {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : Number(String(one) > String(other));
};

/** Sorted by one column; rows that are equal there keep their order. */
export const sortRows = <Row>(
  rows: readonly Row[],
  { valueIn }: Pick<Column<Row>, 'valueIn'>,
  isDescending: boolean,
): readonly Row[] => {
  const direction = isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: valueIn(row) }))
    .sort((one, other) => {
      if (one.value === undefined || other.value === undefined)
        return Number(one.value === undefined) - Number(other.value === undefined);
      return direction * compare(one.value, other.value);
    })
    .map(({ row }) => row);
};

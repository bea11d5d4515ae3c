/** What stands in the table of VMs. Terminals that are too narrow leave columns out by rank, the lowest first. */

import { formatDisplayText } from '../../lib/text/display-text.ts';
import type { Watts } from '../../lib/units/units.ts';
import type { TopVm } from './cloud.ts';
import { formatCost, formatEnergy, formatShare, formatTrend, formatWatts } from './quantities.ts';
import { type Column, formatReason, leastNameWidth, mostOf, type TableLayout, widestOf } from './table.ts';

export const measureVms = (vms: readonly TopVm[]) => ({
  id: widestOf(vms, ({ id }) => String(id)),
  owner: widestOf(vms, ({ owner }) => owner),
  group: widestOf(vms, ({ group }) => group),
  host: widestOf(vms, ({ host }) => host),
  name: widestOf(vms, ({ name }) => name),
  reason: widestOf(vms, ({ unknownReason }) => formatReason(unknownReason ?? '')),
  hasGpus: vms.some(({ gpuWatts }) => gpuWatts !== undefined),
});
type Widths = ReturnType<typeof measureVms>;

const shareWidth = 6;
/** Energy and cost may shorten names, but not below this. */
const usualNameWidth = 20;

const noteWidth = (widths: Widths, { width, trends }: TableLayout): number => {
  if (trends !== undefined) return mostOf(width, 10, 16, 24);
  const wanted = widths.reason - shareWidth - 1;
  return Math.max(0, Math.min(wanted, mostOf(width, 10, 20, 40)));
};

const amountColumns = (widths: Widths): readonly Column<TopVm>[] => {
  const leavesName = Math.max(leastNameWidth, Math.min(widths.name, usualNameWidth));
  return [
    {
      title: 'ENERGY',
      width: 10,
      align: 'right',
      rank: 3,
      sort: 'energy',
      leavesName,
      textOf: ({ energy }) => formatEnergy(energy),
    },
    {
      title: 'COST',
      width: 12,
      align: 'right',
      rank: 1,
      sort: 'cost',
      leavesName,
      textOf: ({ cost }) => formatCost(cost),
    },
  ];
};

/** Most clouds have none. */
const gpuColumn: Column<TopVm> = {
  title: 'GPU',
  width: 9,
  align: 'right',
  rank: 9,
  textOf: ({ gpuWatts }) => (gpuWatts === undefined ? '-' : formatWatts(gpuWatts as Watts)),
};

const powerColumns = (widths: Widths, layout: TableLayout): readonly Column<TopVm>[] => {
  const { charset, trends } = layout;
  const note = noteWidth(widths, layout);
  const noteColumn: Column<TopVm> = {
    title: trends === undefined ? 'REASON' : 'TREND',
    width: note,
    align: 'left',
    style: 'trend',
    rank: 4,
    takesReason: true,
    textOf: ({ id }) => formatTrend(trends?.get(id) ?? [], note, charset),
  };
  return [
    { title: 'ID', width: Math.max(2, widths.id), align: 'right', rank: 11, textOf: ({ id }) => String(id) },
    {
      title: 'WATTS',
      width: 9,
      align: 'right',
      style: 'strong',
      rank: 11,
      textOf: ({ watts }) => (watts === undefined ? '-' : formatWatts(watts)),
    },
    ...(widths.hasGpus ? [gpuColumn] : []),
    {
      title: 'HOST%',
      width: shareWidth,
      align: 'right',
      rank: 9,
      takesReason: true,
      textOf: ({ hostShare }) => formatShare(hostShare),
    },
    ...(note > 0 ? [noteColumn] : []),
    ...amountColumns(widths),
  ];
};

export const vmColumns = (widths: Widths, layout: TableLayout): readonly Column<TopVm>[] => {
  const { charset, width } = layout;
  const shown = (text: string | undefined): string => formatDisplayText(text ?? '-', charset);
  const group: Column<TopVm> = {
    title: 'GROUP',
    width: Math.max(5, Math.min(widths.group, mostOf(width, 0, 16, 32))),
    align: 'left',
    rank: 2,
    textOf: (vm) => shown(vm.group),
  };
  return [
    ...powerColumns(widths, layout),
    { title: 'CPU', width: 4, align: 'right', rank: 5, textOf: ({ vcpus }) => shown(vcpus?.toString()) },
    { title: 'STAT', width: 4, align: 'left', rank: 6, textOf: ({ status }) => shown(status) },
    {
      title: 'OWNER',
      width: Math.max(5, Math.min(widths.owner, mostOf(width, 10, 16, 32))),
      align: 'left',
      rank: 7,
      textOf: (vm) => shown(vm.owner),
    },
    ...(width >= 110 && widths.group > 0 ? [group] : []),
    {
      title: 'HOST',
      width: Math.max(4, Math.min(widths.host, mostOf(width, 12, 20, 40))),
      align: 'left',
      rank: 8,
      textOf: (vm) => shown(vm.host),
    },
    { title: 'NAME', width: leastNameWidth, align: 'left', rank: 10, textOf: (vm) => shown(vm.name) },
  ];
};

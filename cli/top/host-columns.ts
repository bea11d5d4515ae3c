/** What stands in the table of hosts. Terminals that are too narrow leave columns out by rank, the lowest first. */

import { formatDisplayText } from '../../lib/text/display-text.ts';
import type { Watts } from '../../lib/units/units.ts';
import type { TopHost } from './hosts.ts';
import { formatCost, formatEnergy, formatShare, formatWatts } from './quantities.ts';
import { type Column, leastNameWidth, mostOf, type TableLayout, widestOf } from './table.ts';

/** The agent whose answer is used, or why none is. */
const agentTextOf = ({ agentUp, agent, agentReason }: TopHost): string => {
  if (agentUp === undefined) return '-';
  return agentUp ? (agent ?? '-') : (agentReason ?? 'down').replaceAll('_', ' ');
};

export const measureHosts = (hosts: readonly TopHost[]) => ({
  id: widestOf(hosts, ({ id }) => String(id)),
  agent: widestOf(hosts, agentTextOf),
});

const wattsText = (watts: number | undefined): string =>
  watts === undefined ? '-' : formatWatts(watts as Watts);

const powerColumns: readonly Column<TopHost>[] = [
  {
    title: 'WATTS',
    width: 9,
    align: 'right',
    style: 'strong',
    rank: 9,
    textOf: ({ watts }) => wattsText(watts),
  },
  { title: 'IDLE', width: 9, align: 'right', rank: 7, textOf: ({ idleWatts }) => wattsText(idleWatts) },
  {
    title: 'UNASSIGNED',
    width: 10,
    align: 'right',
    rank: 6,
    textOf: ({ unassignedWatts }) => wattsText(unassignedWatts),
  },
  { title: 'ERROR%', width: 6, align: 'right', rank: 5, textOf: ({ modelError }) => formatShare(modelError) },
  {
    title: 'ENERGY',
    width: 10,
    align: 'right',
    rank: 4,
    sort: 'energy',
    textOf: ({ energy }) => formatEnergy(energy),
  },
  {
    title: 'COST',
    width: 12,
    align: 'right',
    rank: 1,
    sort: 'cost',
    textOf: ({ cost }) => formatCost(cost),
  },
];

export const hostColumns = (
  widths: ReturnType<typeof measureHosts>,
  { charset, width }: TableLayout,
): readonly Column<TopHost>[] => [
  { title: 'ID', width: Math.max(2, widths.id), align: 'right', rank: 9, textOf: ({ id }) => String(id) },
  ...powerColumns,
  { title: 'VMS', width: 4, align: 'right', rank: 2, textOf: ({ vms }) => vms?.toString() ?? '-' },
  {
    title: 'AGENT',
    width: Math.max(5, Math.min(widths.agent, mostOf(width, 16, 24, 48))),
    align: 'left',
    rank: 3,
    textOf: (host) => formatDisplayText(agentTextOf(host), charset),
  },
  {
    title: 'NAME',
    width: leastNameWidth,
    align: 'left',
    rank: 8,
    textOf: ({ name }) => formatDisplayText(name, charset),
  },
];

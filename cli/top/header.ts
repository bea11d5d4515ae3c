/** What stands above the table: age of the data, totals, what is wrong. */

import { type Charset, formatDisplayText } from '../../lib/text/display-text.ts';
import type { TopCloud, TopTotals } from './cloud.ts';
import type { TopHost } from './hosts.ts';
import { cutLine, type Line, type Span } from './line.ts';
import { formatAge, formatPower } from './quantities.ts';
import type { Selection } from './selection.ts';

export interface Status {
  /** The time of day, as it is shown. */
  readonly clock: string;
  /** `undefined` before the first page. */
  readonly dataAgeMs: number | undefined;
  /** `undefined` where the page is read once. */
  readonly intervalMs: number | undefined;
  /** Why the last page could not be read: then the data are of an earlier one. */
  readonly failure: string | undefined;
  /** What else is wrong or missing. */
  readonly problems: readonly string[];
}

const number = (value: number): string => value.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

const formatOrder = ({ sort, isReversed }: Selection): string =>
  `by ${sort}${isReversed ? ', reversed' : ''}`;

const formatFilters = ({ owners, hosts, name }: Selection): string =>
  [
    owners.length > 0 ? `owner ${owners.join(',')}` : '',
    hosts.length > 0 ? `host ${hosts.join(',')}` : '',
    name === '' ? '' : `name ${name}`,
  ]
    .filter((text) => text !== '')
    .join('  ');

const formatDataAge = ({ dataAgeMs, intervalMs, failure }: Status): Span => {
  const age = dataAgeMs === undefined ? 'no data yet' : `data ${formatAge(dataAgeMs)} old`;
  if (failure !== undefined && dataAgeMs !== undefined) return { text: `STALE: ${age}`, style: 'warning' };
  return { text: intervalMs === undefined ? age : `${age}, every ${formatAge(intervalMs)}` };
};

export const formatTitle = (status: Status, selection: Selection, charset: Charset): Line => {
  const filters = formatDisplayText(formatFilters(selection), charset);
  return [
    { text: 'oneext top', style: 'strong' },
    { text: `  ${status.clock}  ` },
    formatDataAge(status),
    { text: `  ${formatOrder(selection)}` },
    ...(filters === '' ? [] : [{ text: '  ' }, { text: filters, style: 'strong' as const }]),
  ];
};

const formatDownAgent = ({ name, agentReason }: TopHost): string =>
  agentReason === undefined ? name : `${name} ${agentReason.replaceAll('_', ' ')}`;

const mostAgentsNamed = 50;

const formatHosts = ({ hosts, totals }: TopCloud, charset: Charset): Line => {
  const down = hosts.filter(({ agentUp }) => agentUp === false);
  const agents = totals.agentsDown === 1 ? '1 agent down' : `${number(totals.agentsDown)} agents down`;
  const more = down.length > mostAgentsNamed ? `, and ${number(down.length - mostAgentsNamed)} more` : '';
  const named = down.slice(0, mostAgentsNamed).map(formatDownAgent).join(', ');
  const which = formatDisplayText(`${named}${more}`, charset);
  return [
    { text: `Hosts  ${formatPower(totals.hostWatts).padStart(9)}`, style: 'strong' },
    { text: `  ${number(totals.hostsMeasured)} of ${number(totals.hosts)} measured` },
    ...(down.length === 0 ? [] : [{ text: `  ${agents}: ${which}`, style: 'warning' as const }]),
  ];
};

const formatVms = ({ vmWatts, hostWatts, vmsKnown, vmsUnknown, vms }: TopTotals): Line => {
  const part =
    vmWatts === undefined || hostWatts === undefined || hostWatts === 0
      ? ''
      : `  ${((vmWatts / hostWatts) * 100).toFixed(1)}% of the hosts'`;
  return [
    { text: `VMs    ${formatPower(vmWatts).padStart(9)}`, style: 'strong' },
    { text: `  ${number(vmsKnown)} of ${number(vms)} measured` },
    ...(vmsUnknown === 0 ? [] : [{ text: `  ${number(vmsUnknown)} unknown`, style: 'warning' as const }]),
    { text: part },
  ];
};

/** Two lines. */
export const formatTotals = (cloud: TopCloud, charset: Charset): readonly Line[] => [
  formatHosts(cloud, charset),
  formatVms(cloud.totals),
];

/** Empty where nothing is wrong. */
export const formatProblems = ({ failure, problems }: Status, charset: Charset): Line => {
  const all = [...(failure === undefined ? [] : [failure]), ...problems];
  return all.length === 0 ? [] : [{ text: formatDisplayText(all.join('; '), charset), style: 'warning' }];
};

export const cutLines = (lines: readonly Line[], width: number, charset: Charset): readonly Line[] =>
  lines.map((line) => cutLine(line, width, charset));

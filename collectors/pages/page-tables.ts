/** The tables of the page. */
import { unsoundReasons } from '../agents/agent.ts';
import { unmeasuredReasons } from '../measure-vm.ts';
import { type Column, hostColumns, ownerColumns, shownVmColumns } from './columns.ts';
import { type Html, html, nameHtml } from './html.ts';
import type { MonthOwner } from './month.ts';
import {
  beginsDescending,
  formatQuery,
  type PageQuery,
  type TableName,
  withFilter,
  withTable,
} from './page-query.ts';
import { formatBars, type Trends, trendOf } from './power-history.ts';
import type { HostView, VmView } from './power-view.ts';
import { formatCoverage, formatKilowattHours, formatRatio, formatWatts, unknown } from './quantities.ts';
import type { Selection, Shown } from './selection.ts';

const link = (query: PageQuery, content: Html | string, anchor = ''): Html =>
  html`<a href="${`${formatQuery(query) || '?'}${anchor}`}">${content}</a>`;

const numeric: ReadonlySet<string> = new Set([
  'id',
  'vms',
  'power_watts',
  'gpu_power_watts',
  'idle_watts',
  'unassigned_watts',
  'machine_watts',
  'model_error_ratio',
  'energy_kwh',
  'co2_kg',
  'cost',
  'coverage_ratio',
]);

const headHtml = <Row>(
  columns: readonly Column<Row>[],
  query: PageQuery,
  name: TableName,
  more: Html,
): Html => {
  const { sort, isDescending } = query.tables[name];
  const heads = columns.map(({ key, title }) => {
    const isSorted = key === sort;
    const turned = isSorted ? !isDescending : beginsDescending(key);
    const target = withTable(query, name, { sort: key, isDescending: turned, page: 1 });
    const order = isSorted ? html` aria-sort="${isDescending ? 'descending' : 'ascending'}"` : undefined;
    return html`<th scope="col"${numeric.has(key) ? html` class="n"` : undefined}${order}>${link(target, title, `#${name}`)}</th>`;
  });
  return html`<thead><tr>${heads}${more}</tr></thead>`;
};

const pagerHtml = (shown: Shown<unknown>, query: PageQuery, name: TableName, what: string): Html => {
  const { page, pages, count, first, rows } = shown;
  const to = (target: number, text: string): Html | undefined =>
    target < 1 || target > pages || target === page
      ? undefined
      : html`<li>${link(withTable(query, name, { page: target }), text, `#${name}`)}</li>`;
  const range = count === 0 ? `No ${what}.` : `${first + 1} to ${first + rows.length} of ${count} ${what}.`;
  if (pages === 1) return html`<p>${range}</p>`;
  return html`<nav aria-label="Pages of ${what}"><p>${range}</p><ul>${to(1, 'First')}${to(page - 1, 'Previous')}${to(page + 1, 'Next')}${to(pages, 'Last')}</ul></nav>`;
};

/** Wide tables are scrolled by themselves, with the keyboard too. */
const tableHtml = (name: TableName, label: string, head: Html, rows: readonly Html[]): Html =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>${head}<tbody id="${name}-rows">${rows}</tbody></table></div>`;

const trendHtml = (trends: Trends, { id, watts }: VmView): Html => {
  const { watts: samples, change } = trendOf(trends.get(id), watts);
  const said =
    change === undefined
      ? unknown
      : Math.abs(change) < 0.005
        ? 'steady'
        : `${change > 0 ? '+' : '−'}${Math.abs(change * 100).toFixed(0)} %`;
  return html`<td class="t"><span aria-hidden="true">${formatBars(samples)}</span> ${said}</td>`;
};

export const explainReason = (reason: string): string =>
  new Map<string, string>(Object.entries({ ...unsoundReasons, ...unmeasuredReasons })).get(reason) ?? reason;

export const sayReason = (reason: string): string => reason.replaceAll('_', ' ');

const vmRow = (vm: VmView, query: PageQuery, trends: Trends, hasGpus: boolean): Html => {
  const watts =
    vm.reason === undefined
      ? formatWatts(vm.watts)
      : html`<span title="${explainReason(vm.reason)}">${unknown}</span>`;
  return html`<tr id="vm-${vm.id}"><td class="n">${vm.id}</td><th scope="row">${nameHtml(vm.name)}</th><td>${
    vm.owner === '' ? unknown : link(withFilter(query, { owner: vm.owner }), nameHtml(vm.owner), '#vms')
  }</td><td>${nameHtml(vm.group)}</td><td>${
    vm.host === '' ? unknown : link(withFilter(query, { host: vm.host }), nameHtml(vm.host), '#vms')
  }</td><td>${vm.status ?? unknown}</td><td class="n w">${watts}</td><td>${vm.reason === undefined ? '' : sayReason(vm.reason)}</td>${
    hasGpus ? html`<td class="n">${formatWatts(vm.gpuWatts)}</td>` : undefined
  }${trendHtml(trends, vm)}</tr>`;
};

/** @param all those of the cloud: what columns there are does not change from page to page */
export const vmTable = ({ query, vms }: Selection, trends: Trends, all: readonly VmView[]): Html => {
  const columns = shownVmColumns(all);
  const hasGpus = columns.some(({ key }) => key === 'gpu_power_watts');
  return html`${tableHtml(
    'vms',
    'VMs by power',
    headHtml(columns, query, 'vms', html`<th scope="col">Last hour</th>`),
    vms.rows.map((vm) => vmRow(vm, query, trends, hasGpus)),
  )}${pagerHtml(vms, query, 'vms', 'VMs')}`;
};

const hostRow = (host: HostView, query: PageQuery): Html =>
  html`<tr><td class="n">${host.id}</td><th scope="row">${link(withFilter(query, { host: host.name }), nameHtml(host.name), '#vms')}</th><td>${nameHtml(host.cluster)}</td><td class="n">${host.vms}</td><td class="n">${formatWatts(host.watts)}</td><td class="n">${formatWatts(host.idleWatts)}</td><td class="n">${formatWatts(host.unassignedWatts)}</td><td class="n">${formatWatts(host.machineWatts)}</td><td class="n">${formatRatio(host.errorRatio)}</td><td>${host.agent || unknown}</td><td title="${explainReason(host.reason)}">${sayReason(host.reason)}</td></tr>`;

export const hostTable = ({ query, hosts }: Selection): Html =>
  html`${tableHtml(
    'hosts',
    'Hosts by power',
    headHtml(hostColumns, query, 'hosts', html``),
    hosts.rows.map((host) => hostRow(host, query)),
  )}${pagerHtml(hosts, query, 'hosts', 'hosts')}`;

const ownerRow = ({ owner, kwh, co2Kg, cost, coverage }: MonthOwner, query: PageQuery): Html =>
  html`<tr><th scope="row">${link(withFilter(query, { owner }), nameHtml(owner), '#vms')}</th><td class="n">${formatKilowattHours(kwh)}</td><td class="n">${formatKilowattHours(co2Kg)}</td><td class="n">${cost === undefined ? unknown : cost.toFixed(2)}</td><td class="n">${formatCoverage(coverage)}</td></tr>`;

export const ownerTable = ({ query, owners }: Selection): Html =>
  html`${tableHtml(
    'owners',
    'Energy of owners',
    headHtml(ownerColumns, query, 'owners', html``),
    owners.rows.map((owner) => ownerRow(owner, query)),
  )}${pagerHtml(owners, query, 'owners', 'owners')}`;

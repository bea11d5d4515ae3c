/** The page as one document. It says all that it knows without a script; with one, it stays up to date. */
import { chartHtml } from './chart.ts';
import { type Html, html, jsonHtml } from './html.ts';
import { beginsDescending, formatQuery, type PageQuery, withFilter } from './page-query.ts';
import { explainReason, hostTable, ownerTable, sayReason, vmTable } from './page-tables.ts';
import { seriesOf } from './power-history.ts';
import { fingerprintOf } from './power-update.ts';
import { formatWatts } from './quantities.ts';
import type { PageModel, Selection } from './selection.ts';

export interface PageSurroundings {
  readonly version: string;
  readonly telemetryPath: string;
  readonly discoveryPaths: readonly string[];
  /** They change with their content, so that browsers keep them. */
  readonly scriptPath: string;
  readonly stylePath: string;
  /** The local time of day: `14:05:09`. */
  readonly clock: (ms: number) => string;
}

const headline = ({ view, at, problem }: PageModel, clock: string): Html => {
  const { hosts, hostsMeasured, hostWatts, idleWatts, vms, vmsMeasured, vmWatts } = view.totals;
  return html`<dl class="sums">
<div><dt>All hosts draw</dt><dd><b id="host-watts">${formatWatts(hostWatts)}</b> W</dd><dd><span id="hosts-measured">${hostsMeasured}</span> of <span id="hosts-count">${hosts}</span> hosts measured</dd></div>
<div><dt>All VMs draw</dt><dd><b id="vm-watts">${formatWatts(vmWatts)}</b> W</dd><dd><span id="vms-measured">${vmsMeasured}</span> of <span id="vms-count">${vms}</span> VMs measured</dd></div>
<div><dt>Hosts would draw idle</dt><dd><b id="idle-watts">${formatWatts(idleWatts)}</b> W</dd><dd>where it is known</dd></div>
</dl>
<p>Read at <time id="at" datetime="${new Date(at).toISOString()}">${clock}</time>. <span role="status" id="live"></span></p>
<p id="problem" class="problem"${problem === undefined ? html` hidden` : undefined}>${problem ?? ''}</p>`;
};

const unmeasured = ({ view }: PageModel, query: PageQuery): Html => {
  if (view.reasons.length === 0) return html`<p>All VMs are measured.</p>`;
  const rows = view.reasons.map(
    ([reason, count]) =>
      html`<tr><td class="n">${count}</td><th scope="row"><a href="${formatQuery(withFilter(query, { reason }))}#vms">${sayReason(reason)}</a></th><td>${explainReason(reason)}</td></tr>`,
  );
  return html`<div class="scroll" role="region" aria-label="Reasons, with the number of VMs" tabindex="0"><table><thead><tr><th scope="col" class="n">VMs</th><th scope="col">Reason</th><th scope="col">What it means</th></tr></thead><tbody>${rows}</tbody></table></div>`;
};

const field = (name: string, label: string, value: string): Html =>
  html`<label>${label} <input name="${name}" value="${value}" maxlength="500"></label>`;

const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`;

const filterForm = (query: PageQuery, reasons: PageModel['view']['reasons']): Html => {
  const { sort, isDescending } = query.tables.vms;
  const choices = [
    'any',
    ...new Set([...reasons.map(([reason]) => reason), ...(query.reason === '' ? [] : [query.reason])]),
  ]
    .filter((reason, at, all) => all.indexOf(reason) === at)
    .map(
      (reason) =>
        html`<option value="${reason}"${reason === query.reason ? html` selected` : undefined}>${reason === 'any' ? 'not measured' : sayReason(reason)}</option>`,
    );
  return html`<form method="get" action="#vms" role="search" aria-label="Filter the VMs">
${field('q', 'Search', query.q)} ${field('owner', 'Owner', query.owner)} ${field('group', 'Group', query.group)} ${field('host', 'Host', query.host)}
<label>Measured <select name="reason"><option value="">all VMs</option>${choices}</select></label>
<label>VMs on a page <input name="size" type="number" min="1" max="1000" value="${query.size}"></label>
${hidden('sort', sort)}${isDescending === beginsDescending(sort) ? undefined : hidden('order', isDescending ? 'desc' : 'asc')}
<button>Show</button> <a href="?#vms">All VMs</a>
</form>`;
};

const downloads = (query: PageQuery): Html => {
  const of = (path: string, changed: PageQuery, text: string): Html =>
    html`<li><a href="${`${path}${formatQuery(changed)}`}">${text}</a></li>`;
  const all = { ...query, size: Number.POSITIVE_INFINITY };
  return html`<ul class="downloads">
${of('/power.csv', query, 'These VMs as CSV')}${of('/power.csv', all, 'VMs of all pages as CSV')}${of('/power.csv', { ...query, table: 'hosts' }, 'Hosts as CSV')}${of('/power.csv', { ...query, table: 'owners' }, 'Owners as CSV')}${of('/power.json', query, 'This page as JSON')}
</ul>`;
};

const monthHtml = ({ month }: PageModel, selection: Selection): Html =>
  html`${month.problem === undefined ? undefined : html`<p class="problem">${month.problem}</p>`}${ownerTable(selection)}`;

export const formatPowerDocument = (
  model: PageModel,
  selection: Selection,
  { version, telemetryPath, discoveryPaths, scriptPath, stylePath, clock }: PageSurroundings,
): string => {
  const { query } = selection;
  const series = seriesOf(model.history);
  const chart = chartHtml(series, model.at / 1000, (seconds) => clock(seconds * 1000).slice(0, 5));
  const paths = [telemetryPath, ...discoveryPaths].map((path) => html` <a href="${path}">${path}</a>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Power of the cloud</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${stylePath}">
<script src="${scriptPath}" defer></script>
</head>
<body data-rows="${fingerprintOf(selection, model)}" data-events="${`/power/events${formatQuery(query)}`}">
<header><h1>Power of the cloud</h1>
<nav aria-label="Parts of the page"><ul><li><a href="#vms">VMs</a></li><li><a href="#unmeasured">VMs that are not measured</a></li><li><a href="#hosts">Hosts</a></li><li><a href="#owners">Owners</a></li></ul></nav></header>
<main>
<section aria-labelledby="now"><h2 id="now">Now</h2>
${headline(model, clock(model.at))}
<figure><div id="chart">${chart}</div><figcaption>Watts of all measured hosts in the last hour. The line is interrupted where hosts come or go, and where nobody has measured.</figcaption></figure>
<script type="application/json" id="series">${jsonHtml(series)}</script>
</section>
<section aria-labelledby="vms"><h2 id="vms">VMs</h2>
${filterForm(query, model.view.reasons)}
<div id="vms-part">${vmTable(selection, model.trends, model.view.vms)}</div>
${downloads(query)}
</section>
<section aria-labelledby="unmeasured"><h2 id="unmeasured">VMs that are not measured</h2>
<div id="unmeasured-part">${unmeasured(model, query)}</div>
</section>
<section aria-labelledby="hosts"><h2 id="hosts">Hosts</h2>
<div id="hosts-part">${hostTable(selection)}</div>
</section>
<section aria-labelledby="owners"><h2 id="owners">Owners in <span id="month">${model.month.month}</span></h2>
<div id="owners-part">${monthHtml(model, selection)}</div>
</section>
</main>
<footer>
<p>This page shows the VMs of all owners to everybody who can open it.</p>
<p>opennebula-extensions ${version}. The exporter also serves${paths}.</p>
</footer>
</body>
</html>
`.html;
};

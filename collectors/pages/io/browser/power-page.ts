/** Keeps an open page up to date. Without it the page shows all the same. */
import uPlot from 'uplot';
import type { PowerUpdate, Series } from '../../page-data.ts';
import { formatWatts } from '../../quantities.ts';

const shownSeconds = 3600;
/** The document is not read again more often. */
const leastRefreshMs = 5000;
const parts = [
  ...['vms-part', 'unmeasured-part', 'hosts-part', 'owners-part'],
  ...['hosts-count', 'vms-count', 'idle-watts', 'month'],
];

const byId = (id: string): HTMLElement | null => document.getElementById(id);
const setText = (id: string, text: string): void => {
  const element = byId(id);
  if (element !== null && element.textContent !== text) element.textContent = text;
};
const orUnknown = (watts: number | null): number | undefined => watts ?? undefined;

const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const options = (width: number): uPlot.Options => {
  const axis = { stroke: () => colourOf('--faint'), grid: { stroke: () => colourOf('--line'), width: 1 } };
  return {
    width,
    height: 200,
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, __, most) => [(most ?? 0) - shownSeconds, most ?? 0] },
      y: { range: (_, __, most) => [0, Math.max(1, most ?? 1) * 1.1] },
    },
    axes: [
      { ...axis, values: '{HH}:{mm}' },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => formatWatts(tick)) },
    ],
    series: [
      { label: 'Time', value: '{HH}:{mm}:{ss}' },
      {
        label: 'W',
        stroke: () => colourOf('--accent'),
        width: 2,
        spanGaps: false,
        value: (_, value) => formatWatts(orUnknown(value)),
      },
    ],
  };
};

interface Chart {
  add(point: readonly [seconds: number, watts: number | null], isContinued: boolean): void;
}

const startChart = (): Chart | undefined => {
  const place = byId('chart');
  const given = byId('series')?.textContent;
  if (place === null || !given) return undefined;
  const series: Series = JSON.parse(given);
  const [seconds, watts] = [[...series.seconds], [...series.watts]];
  const description = place.querySelector('svg')?.getAttribute('aria-label') ?? '';
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', description);
  place.replaceChildren();
  const plot = new uPlot(options(place.clientWidth), [seconds, watts], place);
  const draw = (): void => plot.setData([seconds, watts]);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 200 })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw(false, true));
  return {
    add([at, value], isContinued) {
      const last = seconds.at(-1) ?? 0;
      if (at <= last) return;
      if (!isContinued) {
        seconds.push((last + at) / 2);
        watts.push(null);
      }
      seconds.push(at);
      watts.push(value);
      while ((seconds[0] ?? at) < at - shownSeconds) {
        seconds.shift();
        watts.shift();
      }
      draw();
    },
  };
};

/** The keyboard stays where it was. */
const replacePart = (id: string, from: Document): void => {
  const [old, next] = [byId(id), from.getElementById(id)];
  if (old === null || next === null) return;
  const active = document.activeElement;
  const href =
    active instanceof HTMLAnchorElement && old.contains(active) ? active.getAttribute('href') : null;
  const scrolled = old.querySelector('.scroll')?.scrollLeft ?? 0;
  const hadRegion = active !== null && active === old.querySelector('.scroll');
  old.replaceChildren(...next.childNodes);
  const region = old.querySelector<HTMLElement>('.scroll');
  if (region !== null) region.scrollLeft = scrolled;
  if (hadRegion) region?.focus({ preventScroll: true });
  if (href !== null)
    [...old.querySelectorAll('a')]
      .find((one) => one.getAttribute('href') === href)
      ?.focus({ preventScroll: true });
};

const createRefresh = (): ((rows: string) => void) => {
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let isRunning = false;
  return async (rows) => {
    if (
      isRunning ||
      rows === document.body.dataset['rows'] ||
      performance.now() - refreshedAt < leastRefreshMs
    )
      return;
    isRunning = true;
    refreshedAt = performance.now();
    try {
      const response = await fetch(location.href, { credentials: 'same-origin' });
      if (!response.ok) return;
      const next = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const id of parts) replacePart(id, next);
      document.body.dataset['rows'] = next.body.dataset['rows'];
    } catch {
      // The next update tries again.
    } finally {
      isRunning = false;
    }
  };
};

const formatClock = (seconds: number): string => new Date(seconds * 1000).toTimeString().slice(0, 8);

const start = (): void => {
  // The document has the time of the front-end, the browser its own.
  const at = byId('at')?.getAttribute('datetime');
  if (at) setText('at', formatClock(Date.parse(at) / 1000));
  const chart = startChart();
  const refresh = createRefresh();
  let measured = byId('hosts-measured')?.textContent;
  const show = (update: PowerUpdate): void => {
    setText('host-watts', formatWatts(orUnknown(update.host_watts)));
    setText('hosts-measured', String(update.hosts_measured));
    setText('vm-watts', formatWatts(orUnknown(update.vm_watts)));
    setText('vms-measured', String(update.vms_measured));
    setText('at', formatClock(update.at));
    setText('live', 'The page is live.');
    const problem = byId('problem');
    if (problem !== null) problem.hidden = update.problem === null;
    setText('problem', update.problem ?? '');
    for (const [id, watts] of update.vms) {
      const cell = byId(`vm-${id}`)?.querySelector('.w');
      if (cell && watts !== null) cell.textContent = formatWatts(watts);
    }
    const isContinued = measured === String(update.hosts_measured);
    measured = String(update.hosts_measured);
    if (update.point !== null) chart?.add(update.point, isContinued);
    refresh(update.rows);
  };
  const events = new EventSource(document.body.dataset['events'] ?? '/power/events');
  events.addEventListener('power', ({ data }) => show(JSON.parse(data)));
  events.addEventListener('error', () =>
    setText('live', 'The exporter does not answer. What is shown is old.'),
  );
};

start();

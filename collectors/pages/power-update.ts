/** What is sent to an open page after each reading: sums, the newest point, and the watts of the VMs on it. */
import { createHash } from 'node:crypto';
import type { PowerUpdate } from './page-data.ts';
import type { PowerPoint } from './power-history.ts';
import type { PageModel, Selection } from './selection.ts';

/** An update has at most 5 kB: of a large page each has a part of the VMs, and the next one the next part. */
const vmsInUpdate = 160;

/** Amounts that no update carries (of hosts, of the month, trends) are read again with the document, this often. */
const refreshMs = 60_000;

export const fingerprintOf = ({ vms, hosts, owners }: Selection, model: PageModel): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        Math.floor(model.at / refreshMs),
        vms.rows.map(({ id, reason }) => [id, reason]),
        vms.count,
        hosts.rows.map(({ id, reason }) => [id, reason]),
        owners.rows.map(({ owner }) => owner),
        model.view.reasons,
        model.month.problem,
      ]),
    )
    .digest('base64url')
    .slice(0, 12);

const rounded = (watts: number | undefined): number | null =>
  watts === undefined ? null : Math.round(watts * 10) / 10;

const pointOf = (point: PowerPoint | undefined): PowerUpdate['point'] =>
  point === undefined ? null : [Math.round(point.at / 1000), rounded(point.watts)];

/** @param turn counts the updates */
export const updateOf = (model: PageModel, selection: Selection, turn: number): PowerUpdate => {
  const { at, view, history, problem } = model;
  const { rows } = selection.vms;
  const parts = Math.max(1, Math.ceil(rows.length / vmsInUpdate));
  const from = (turn % parts) * vmsInUpdate;
  return {
    at: Math.round(at / 1000),
    host_watts: rounded(view.totals.hostWatts),
    hosts_measured: view.totals.hostsMeasured,
    vm_watts: rounded(view.totals.vmWatts),
    vms_measured: view.totals.vmsMeasured,
    point: pointOf(history.at(-1)),
    rows: fingerprintOf(selection, model),
    vms: rows.slice(from, from + vmsInUpdate).map(({ id, watts }) => [id, rounded(watts)] as const),
    problem: problem?.slice(0, 300) ?? null,
  };
};

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const formatEvent = (update: PowerUpdate): string =>
  `event: power\ndata: ${JSON.stringify(update)}\n\n`;

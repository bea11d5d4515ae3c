/** What the live `oneext top` knows and shows, and how that changes. Pure: time is given. */

import type { Charset } from '../../lib/text/display-text.ts';
import { type CloudNames, formatMissingNames, joinCloud, judgePage, type TopCloud } from './cloud.ts';
import { type Action, stepView, type View } from './controls.ts';
import { type Model, pageRowsOf, type Size } from './frame.ts';
import type { Key } from './keys.ts';
import { selectTable, type Table } from './lists.ts';
import type { PowerPage } from './power-page.ts';
import type { Selection } from './selection.ts';
import { appendSamples, type Trends } from './trends.ts';

export interface LiveState {
  /** Page and names are those of the last reads that succeeded. */
  readonly page: PowerPage | undefined;
  /** When the page's power was measured: the exporter may serve what it read some seconds ago. */
  readonly measuredAtMs: number;
  /** Why the page could not be read again. */
  readonly failure: string | undefined;
  readonly names: CloudNames | undefined;
  readonly namesProblem: string | undefined;
  readonly cloud: TopCloud | undefined;
  readonly trends: Trends;
  readonly view: View;
  /** The selected VMs or hosts: sorted when something changes, not for each frame. */
  readonly table: Table;
}

/** Two pages whose measurements are not further apart have the same one. */
const sameWithinMs = 800;

export const startState = (selection: Selection): LiveState => ({
  page: undefined,
  measuredAtMs: Number.NEGATIVE_INFINITY,
  failure: undefined,
  names: undefined,
  namesProblem: undefined,
  cloud: undefined,
  trends: new Map(),
  view: { selection, offset: 0, prompt: undefined, isHelp: false },
  table: selectTable(undefined, selection),
});

const select = (state: LiveState): LiveState => ({
  ...state,
  table: selectTable(state.cloud, state.view.selection),
});

const join = (state: LiveState): LiveState =>
  state.page === undefined ? state : select({ ...state, cloud: joinCloud(state.page, state.names) });

export const takePage = (state: LiveState, page: PowerPage, nowMs: number): LiveState => {
  const measuredAtMs = nowMs - 1000 * (page.powerAgeSeconds ?? 0);
  const isNew = measuredAtMs > state.measuredAtMs + sameWithinMs;
  const joined = join({ ...state, page, measuredAtMs, failure: undefined });
  return isNew ? { ...joined, trends: appendSamples(state.trends, joined.cloud?.vms ?? []) } : joined;
};

/** What was read before stays. */
export const takeFailure = (state: LiveState, failure: string): LiveState => ({ ...state, failure });

export const takeNames = (state: LiveState, names: CloudNames): LiveState =>
  join({ ...state, names, namesProblem: undefined });

export const takeNamesProblem = (state: LiveState, namesProblem: string): LiveState => ({
  ...state,
  namesProblem,
});

export const takeKey = (
  state: LiveState,
  key: Key,
  size: Size,
): { readonly state: LiveState; readonly action?: Action | undefined } => {
  const table = { rows: state.table.rows.length, page: pageRowsOf(size) };
  const { view, action } = stepView(state.view, key, table);
  const next = { ...state, view };
  return { state: view.selection === state.view.selection ? next : select(next), action };
};

export interface Moment {
  readonly nowMs: number;
  /** The time of day, as it is shown. */
  readonly clock: string;
  readonly intervalMs: number;
  readonly charset: Charset;
}

export const modelOf = (state: LiveState, { nowMs, clock, intervalMs, charset }: Moment): Model => {
  const { page, measuredAtMs, failure, namesProblem, cloud, table, trends } = state;
  const problems = [
    ...(page === undefined ? [] : judgePage(page)),
    ...(namesProblem === undefined ? [] : [formatMissingNames(namesProblem)]),
  ];
  const dataAgeMs = page === undefined ? undefined : nowMs - measuredAtMs;
  return { cloud, table, trends, status: { clock, dataAgeMs, intervalMs, failure, problems }, charset };
};

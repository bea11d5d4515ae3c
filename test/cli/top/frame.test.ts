/** Screens, as files: testcases/NAME.txt. `npm run test:update` rewrites them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { TopCloud } from '../../../cli/top/cloud.ts';
import type { View } from '../../../cli/top/controls.ts';
import { formatFrame, formatOnce, type Model, type Size } from '../../../cli/top/frame.ts';
import type { Status } from '../../../cli/top/header.ts';
import { textOf } from '../../../cli/top/line.ts';
import { selectTable } from '../../../cli/top/lists.ts';
import { listNames, type Selection, selectHosts, sortKeys } from '../../../cli/top/selection.ts';
import { appendSamples, type Trends } from '../../../cli/top/trends.ts';
import { displayWidthOf } from '../../../lib/text/display-text.ts';
import type { Watts } from '../../../lib/units/units.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';
import { anyCloud, anyName, makeCloud, makeNames } from '../../support/top-cloud.ts';

const selection: Selection = {
  list: 'vms',
  sort: 'watts',
  isReversed: false,
  owners: [],
  hosts: [],
  name: '',
  limit: Number.POSITIVE_INFINITY,
};
const view: View = { selection, offset: 0, prompt: undefined, isHelp: false };
const status: Status = {
  clock: '14:02:11',
  dataAgeMs: 1200,
  intervalMs: 5000,
  failure: undefined,
  problems: [],
};
const usual: Size = { columns: 80, rows: 24 };

const hosts = [
  {
    id: 0,
    watts: 214.3,
    idleWatts: 61.25,
    modelError: 0.043,
    joules: 9.5e8,
    unassignedJoules: 1e8,
    price: [0.24, 'EUR'] as const,
  },
  { id: 1, watts: 187.06, idleWatts: 58.5, modelError: 0.12, joules: 4e6 },
  { id: 2, agentReason: 'connection_failed', joules: 3.6e12, price: [1.5, 'SEK'] as const },
  { id: 3, watts: 96.5 },
];
const names = makeNames(
  { 0: 'kvm-stockholm-01', 1: 'kvm2', 2: 'kvm3', 3: 'kvm4' },
  Object.fromEntries(Array.from({ length: 40 }, (_, id) => [id, id % 3 === 0 ? 'research' : 'users'])),
);
const odd = [
  '漢字サーバー',
  'Grüße-für-Ämter',
  '\x1b[2J\x1b[31mevil\x07',
  'e\u0301te\u0301 👩‍🚀 🇸🇪',
  'a\tb\nc',
];
const vms = Array.from({ length: 30 }, (_, id) => ({
  id,
  hostId: id % 4,
  name: odd[id] ?? (id === 7 ? `web-${'server-'.repeat(15)}7` : `vm-${id}`),
  owner: ['alice', 'bob', 'serveradmin-of-the-lab'][id % 3] ?? '',
  vcpus: 1 + (id % 8),
  ...(id % 4 === 2 ? { reason: 'agent_unsound' } : { watts: (id * 7.31) % 61 }),
  ...(id === 5 ? {} : { joules: 3600 * 7 ** (id % 9) }),
  ...(id === 9 ? { lcmState: 4 } : {}),
  ...(id === 12 ? { state: 8, lcmState: 0, watts: 0 } : {}),
}));
const cloud = makeCloud(vms, hosts, names);
const noTrends: Trends = new Map();
const trends = Array.from({ length: 30 }, (_, at) => at).reduce<Trends>(
  (before, at) =>
    appendSamples(
      before,
      cloud.vms.map((vm) => ({
        ...vm,
        watts: (vm.watts === undefined ? undefined : vm.watts * (1 + Math.sin((at + vm.id) / 3))) as
          | Watts
          | undefined,
      })),
    ),
  noTrends,
);

const modelOf = (given: Partial<Model> = {}, chosen = selection): Model => ({
  cloud,
  table: selectTable(given.cloud ?? cloud, chosen),
  trends,
  status,
  charset: 'utf-8',
  ...given,
});
const frameOf = (model: Model, shown: View, size: Size): readonly string[] =>
  formatFrame(model, shown, size).map(textOf);

const cases: Readonly<Record<string, () => readonly string[]>> = {
  usual: () => frameOf(modelOf(), view, usual),
  wide: () => frameOf(modelOf(), view, { columns: 200, rows: 50 }),
  narrow: () => frameOf(modelOf(), view, { columns: 40, rows: 10 }),
  scrolled: () => frameOf(modelOf(), { ...view, offset: 99 }, usual),
  energy: () => {
    const chosen = { ...selection, sort: 'energy' as const };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, usual);
  },
  cost: () => {
    const chosen = { ...selection, sort: 'cost' as const };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 140, rows: 40 });
  },
  hosts: () => {
    const chosen = { ...selection, list: 'hosts' as const };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 80, rows: 12 });
  },
  'hosts-wide': () => {
    const chosen = { ...selection, list: 'hosts' as const, sort: 'cost' as const };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 140, rows: 12 });
  },
  'hosts-narrow': () => {
    const chosen = { ...selection, list: 'hosts' as const };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 50, rows: 12 });
  },
  'hosts-once': () => {
    const chosen = { ...selection, list: 'hosts' as const };
    return formatOnce({ ...modelOf({}, chosen), cloud }, chosen).split('\n');
  },
  'filters-leave-no-host': () => {
    const chosen = { ...selection, list: 'hosts' as const, hosts: ['nowhere'] };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 80, rows: 8 });
  },
  help: () => frameOf(modelOf(), { ...view, isHelp: true }, usual),
  ascii: () => frameOf(modelOf({ charset: 'ascii' }), view, usual),
  filtered: () => {
    const chosen = { ...selection, sort: 'name' as const, isReversed: true, owners: ['alice'], name: 'vm' };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 100, rows: 16 });
  },
  prompt: () => {
    const prompt = { filter: 'owners' as const, characters: [...'alice,漢字'], cursor: 7 };
    return frameOf(modelOf(), { ...view, prompt }, { columns: 80, rows: 10 });
  },
  stale: () => {
    const failure = 'cannot read http://localhost:9925/metrics: connect ECONNREFUSED 127.0.0.1:9925';
    return frameOf(modelOf({ status: { ...status, dataAgeMs: 421_000, failure } }), view, {
      columns: 80,
      rows: 10,
    });
  },
  waiting: () => {
    const failure = 'cannot read http://localhost:9925/metrics: HTTP status 503';
    const model = {
      ...modelOf({
        status: { ...status, dataAgeMs: undefined, failure },
        table: selectTable(undefined, selection),
      }),
      cloud: undefined,
    };
    return frameOf(model, view, { columns: 80, rows: 10 });
  },
  'filters-leave-none': () => {
    const chosen = { ...selection, owners: ['nobody'] };
    return frameOf(modelOf({}, chosen), { ...view, selection: chosen }, { columns: 80, rows: 8 });
  },
  once: () =>
    formatOnce({ ...modelOf({ status: { ...status, intervalMs: undefined } }), cloud }, selection).split(
      '\n',
    ),
  'once-all-known': () => {
    const known = makeCloud(vms.filter(({ id }) => id % 4 === 1).slice(0, 4), hosts, undefined);
    const problems = ['no names of hosts and groups: no OpenNebula credentials'];
    const model = modelOf({ cloud: known, status: { ...status, intervalMs: undefined, problems } });
    return formatOnce({ ...model, cloud: known }, selection, 80).split('\n');
  },
};

for (const [name, frame] of Object.entries(cases)) {
  test(`the screen: ${name}`, () => {
    // Blanks at the end are part of the screen, and none of the file.
    const text = frame().map((line) => line.trimEnd());
    assertExpectedFile(
      repositoryPath('test/cli/top/testcases', `${name}.txt`),
      `${text.join('\n').trimEnd()}\n`,
    );
  });
}

const anySize = fc.record({
  columns: fc.integer({ min: 1, max: 220 }),
  rows: fc.integer({ min: 1, max: 60 }),
});
const anySelection = fc.record({
  list: fc.constantFrom(...listNames),
  sort: fc.constantFrom(...sortKeys),
  isReversed: fc.boolean(),
  owners: fc.array(anyName, { maxLength: 1 }),
  hosts: fc.constant([]),
  name: fc.constant(''),
  limit: fc.constant(Number.POSITIVE_INFINITY),
});
const anyView: fc.Arbitrary<View> = fc.record({
  selection: anySelection,
  offset: fc.nat(50),
  prompt: fc.option(
    fc
      .record({
        filter: fc.constantFrom('owners' as const, 'hosts' as const, 'name' as const),
        text: anyName,
      })
      .chain(({ filter, text }) =>
        fc.nat([...text].length).map((cursor) => ({ filter, characters: [...text], cursor })),
      ),
    { nil: undefined },
  ),
  isHelp: fc.boolean(),
});
const anyStatus: fc.Arbitrary<Status> = fc.record({
  clock: fc.constant('14:02:11'),
  dataAgeMs: fc.option(fc.nat(1e9), { nil: undefined }),
  intervalMs: fc.option(fc.constant(5000), { nil: undefined }),
  failure: fc.option(anyName, { nil: undefined }),
  problems: fc.array(anyName),
});
const charsets = fc.constantFrom('utf-8' as const, 'ascii' as const);
const modelFor = (one: TopCloud, shown: View, given: Pick<Model, 'status' | 'charset'>): Model => ({
  ...given,
  cloud: one,
  table: selectTable(one, shown.selection),
  trends: appendSamples(appendSamples(noTrends, one.vms), one.vms),
});

test('whatever the cloud is: as many lines as the screen has, none wider, nothing that controls a terminal', () => {
  fc.assert(
    fc.property(anyCloud, anyView, anySize, anyStatus, charsets, (one, shown, size, state, charset) => {
      const lines = frameOf(modelFor(one, shown, { status: state, charset }), shown, size);
      assert.equal(lines.length, size.rows);
      for (const line of lines) {
        assert.ok(displayWidthOf(line) <= size.columns, `${displayWidthOf(line)} > ${size.columns}: ${line}`);
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
    }),
    { numRuns: 300 },
  );
});

test('a table that is printed has a line for each VM, and never 0 for what is unknown', () => {
  fc.assert(
    fc.property(anyCloud, charsets, (one, charset) => {
      const model = { ...modelFor(one, view, { status, charset }), cloud: one };
      const lines = formatOnce(model, selection).split('\n').slice(5, -1);
      assert.equal(lines.length, one.vms.length);
      for (const [at, vm] of model.table.rows.entries()) {
        const [id, watts] = (lines[at] ?? '').trimStart().split(/ +/);
        assert.equal(id, String(vm.id));
        assert.equal(watts === '-', vm.watts === undefined);
      }
    }),
  );
});

test('a table of hosts has a line for each, with - for what is unknown', () => {
  const listed = { ...view, selection: { ...selection, list: 'hosts' as const } };
  fc.assert(
    fc.property(anyCloud, charsets, (one, charset) => {
      const model = { ...modelFor(one, listed, { status, charset }), cloud: one };
      const lines = formatOnce(model, listed.selection).split('\n').slice(5, -1);
      assert.equal(lines.length, one.hosts.length);
      for (const [at, host] of selectHosts(one.hosts, listed.selection).entries()) {
        const [id, watts, idle, unassigned, error] = (lines[at] ?? '').trimStart().split(/ +/);
        assert.equal(id, String(host.id));
        assert.deepEqual(
          [watts, idle, unassigned, error].map((cell) => cell === '-'),
          [host.watts, host.idleWatts, host.unassignedWatts, host.modelError].map(
            (value) => value === undefined,
          ),
        );
      }
    }),
  );
});

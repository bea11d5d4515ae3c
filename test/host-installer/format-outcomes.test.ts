import assert from 'node:assert/strict';
import test from 'node:test';
import {
  formatNames,
  formatOutcomes,
  formatOutcomesJson,
  formatPlans,
  formatStatus,
} from '../../host-installer/format-outcomes.ts';
import type { HostRecord } from '../../host-installer/last-run.ts';

const records: readonly HostRecord[] = [
  {
    id: 0,
    name: 'kvm1',
    result: 'installed',
    detail: '',
    agent: {
      runtime: 'docker',
      version: '1.02',
      watts: 0.04,
      listens: 'http://192.0.2.7:8080/metrics',
      isReachable: false,
    },
    seconds: 51.4,
  },
  {
    id: 7,
    name: 'odd\x1b[2J\n',
    result: 'skipped',
    detail: 'it is offline in OpenNebula',
    agent: {},
    seconds: undefined,
  },
];

test('tables: what is not known is a dash, and no zero', () => {
  assert.equal(
    formatOutcomes(records),
    `HOST  RESULT     AGENT        WATTS  SECONDS  LAST ERROR
kvm1  installed  docker 1.02  0.0    51       -
odd   skipped    -            -      -        it is offline in OpenNebula
`,
  );
  assert.equal(
    formatStatus(records),
    `HOST  AGENT   VERSION  WATTS  LISTENS                        FROM HERE  ALLOWED  LAST ERROR
kvm1  docker  1.02     0.0    http://192.0.2.7:8080/metrics  closed     -        -
odd   -       -        -      -                              -          -        it is offline in OpenNebula
`,
  );
});

test('plans', () => {
  assert.equal(
    formatPlans(records, new Map([[0, ['already: x', 'would y']]])),
    'kvm1 (installed)\n  already: x\n  would y\nodd (skipped: it is offline in OpenNebula)\n',
  );
});

test('JSON: what is not known is null', () => {
  const { hosts } = JSON.parse(formatOutcomesJson(records)) as { hosts: Record<string, unknown>[] };
  assert.deepEqual(hosts[0], {
    id: 0,
    name: 'kvm1',
    result: 'installed',
    runtime: 'docker',
    agent_version: '1.02',
    power_watts: 0.04,
    listens: 'http://192.0.2.7:8080/metrics',
    reachable: false,
    allowed: null,
    seconds: 51.4,
    error: null,
  });
  assert.deepEqual([hosts[1]?.['power_watts'], hosts[1]?.['seconds']], [null, null]);
  assert.match(formatOutcomesJson(records, new Map([[0, ['would y']]])), /"plan": \[\n {8}"would y"/);
});

test('500 names are not told one by one', () => {
  const names = Array.from({ length: 500 }, (_, at) => `kvm${at}`);
  assert.equal(formatNames(names.slice(0, 2)), 'kvm0, kvm1');
  assert.match(formatNames(names), /^kvm0, .*, kvm9 and 490 more$/);
});

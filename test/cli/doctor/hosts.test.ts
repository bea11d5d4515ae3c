/** What the doctor says of hypervisors: many of them, with several faults at once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { foldFindings, formatFindings } from '../../../cli/doctor/format-findings.ts';
import { type HostLook, judgeHosts } from '../../../cli/doctor/hosts.ts';
import { type SudoAnswer, sudoRights } from '../../../cli/doctor/sudo.ts';

const rights = Object.keys(sudoRights) as readonly SudoAnswer['right'][];
const answersOf = (isPermitted: boolean): HostLook['sudo'] => rights.map((right) => ({ right, isPermitted }));

const inOrder = {
  problem: undefined,
  sudo: answersOf(true),
  hasOpenVswitch: false,
  hasKernelVxlan: true,
  hasStockMigrate: true,
  leftovers: [],
  aheadMs: 0,
};
const faults: readonly Partial<HostLook>[] = [
  {},
  { problem: 'ssh: connect to host port 22: No route to host' },
  { hasKernelVxlan: false },
  { hasStockMigrate: false },
  { leftovers: ['omig42', 'omig43'] },
  { sudo: [] },
  { sudo: answersOf(false) },
];

test('D6-doctor: of 500 hosts each fault has ten lines and a count, and no line has more than 200 characters', () => {
  const looks = Array.from({ length: 500 }, (_, at): HostLook => {
    const host = `kvm${1000 + at}.rack${at % 20}.example.org`;
    return { ...inOrder, host, ...faults[at % faults.length] };
  });
  const findings = judgeHosts({ why: undefined, tunnels: true, looks }).map((verdict) => ({
    check: 'hosts',
    ...verdict,
  }));
  assert.ok(findings.length > 500, 'each fault is one');
  assert.equal(foldFindings(findings).length, faults.length * 11);
  const lines = formatFindings(findings, false).split('\n');
  assert.deepEqual(
    lines.filter((line) => line.length > 200),
    [],
  );
  assert.equal(
    lines.filter((line) => /and \d+ more \(.*\); --json has all$/.test(line)).length,
    faults.length,
  );
});

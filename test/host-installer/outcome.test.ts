/** From the lines of a host to a word in the table. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyReport, type HostReport, readLine } from '../../host-installer/host-report.ts';
import { type ConnectionEnd, isWell, judgeHost, type Result } from '../../host-installer/outcome.ts';
import type { HostCommand } from '../../host-installer/remote-run.ts';

/** Lines of stderr begin with `!`. */
const reportOf = (...lines: readonly string[]): HostReport =>
  lines.reduce(
    (report, line) =>
      readLine(
        report,
        line.startsWith('!') ? { stream: 'stderr', text: line.slice(1) } : { stream: 'stdout', text: line },
      ),
    emptyReport,
  );

const began = 'oneext-hosts: began';
const ended = (status: number): string => `oneext-hosts: host.sh ended with ${status}`;
const rules = (status: number): string => `oneext-hosts: sudo rules ended with ${status}`;
const itself = (status: number | undefined): ConnectionEnd => ({ status, cause: 'itself' });

const cases: readonly (readonly [string, HostCommand, readonly string[], ConnectionEnd, Result, string])[] = [
  ['done', 'install', [began, ended(0)], itself(0), 'installed', ''],
  ['nothing to do', 'install', [began, '!nothing had to be changed', ended(0)], itself(0), 'unchanged', ''],
  [
    'nothing to do but the rules',
    'install',
    [
      began,
      '!nothing had to be changed',
      ended(0),
      '!put the sudo rules of live migration into /etc',
      rules(0),
    ],
    itself(0),
    'installed',
    '',
  ],
  [
    'the rules are refused',
    'install',
    [began, ended(0), '!error: visudo does not accept them', rules(1)],
    itself(1),
    'failed',
    'visudo does not accept them',
  ],
  [
    'failed and undone',
    'install',
    [began, '!pull x', '!error: no such image', '!  see the log', '!undoing what this run did', ended(1)],
    itself(1),
    'failed',
    'no such image',
  ],
  ['failed without a word', 'install', [began, ended(9)], itself(9), 'failed', 'host.sh ended with 9'],
  [
    'busy',
    'install',
    [began, '!error: another host.sh runs', ended(75)],
    itself(75),
    'busy',
    'another host.sh runs',
  ],
  ['cannot', 'plan', [began, '!error: no RAPL', ended(78)], itself(78), 'not supported', 'no RAPL'],
  ['D9: a plan', 'plan', [began, 'would pull x', ended(10), rules(0)], itself(10), 'planned', ''],
  ['D9: a plan of the rules alone', 'plan', [began, ended(0), rules(10)], itself(10), 'planned', ''],
  ['D9: a plan of nothing', 'plan', [began, 'already: x', ended(0), rules(0)], itself(0), 'unchanged', ''],
  [
    'D9: a plan, and no sudo',
    'plan',
    [began, ended(10), '!error: no', rules(78)],
    itself(78),
    'failed',
    'no',
  ],
  ['D9: no other command', 'install', [began, '!x', ended(10)], itself(10), 'failed', 'x'],
  ['refused', 'install', ['!Connection refused'], itself(255), 'unreachable', 'Connection refused'],
  ['no shell', 'install', ['This account is not available.', '!no'], itself(1), 'failed', 'no'],
  [
    'the connection breaks',
    'install',
    [began, '!pull x', '!Broken pipe'],
    itself(255),
    'failed',
    'the connection broke: Broken pipe',
  ],
  ['no ssh', 'install', ['!spawn ssh ENOENT'], itself(undefined), 'failed', 'spawn ssh ENOENT'],
  [
    'late',
    'install',
    [began],
    { status: undefined, cause: 'late', limit: 'hosts.timeout=1s' },
    'failed',
    'no end within hosts.timeout=1s; it may still be running there',
  ],
  [
    'late and undone',
    'install',
    [began, ended(130)],
    { status: 130, cause: 'late', limit: '1s' },
    'failed',
    'no end within 1s',
  ],
  [
    'silent',
    'install',
    [],
    { status: undefined, cause: 'late', limit: '40s' },
    'unreachable',
    'no answer within 40s',
  ],
  [
    'stopped',
    'install',
    [began, ended(130)],
    { status: 130, cause: 'stopped' },
    'stopped',
    'ended by the operator',
  ],
  [
    'stopped too late to matter',
    'install',
    [began, ended(0)],
    { status: 0, cause: 'stopped' },
    'installed',
    '',
  ],
  ['taken away', 'uninstall', [began, '!done; kernel modules stay', ended(0)], itself(0), 'removed', ''],
  [
    'nothing there',
    'uninstall',
    [began, '!there is nothing here that host.sh installed', ended(0)],
    itself(0),
    'unchanged',
    '',
  ],
  [
    'no agent',
    'status',
    [began, 'agent: none that host.sh installed', ended(1)],
    itself(1),
    'failed',
    'there is no agent that host.sh installed',
  ],
  [
    'silent agent',
    'status',
    [began, 'agent: with native, runs', 'measures: no (no-power)', ended(1)],
    itself(1),
    'failed',
    'the agent does not measure (no-power)',
  ],
  [
    'lies before it has begun',
    'install',
    [ended(0), 'measures: 9 W (Scaphandre 1)', '!x'],
    itself(1),
    'failed',
    'x',
  ],
];

for (const [name, command, lines, end, result, detail] of cases) {
  test(`${name}: ${result}`, () => {
    const outcome = judgeHost(command, reportOf(...lines), end);
    assert.deepEqual([outcome.result, outcome.detail], [result, detail]);
    assert.equal(isWell(result), detail === '');
  });
}

test('what host.sh status tells of the agent', () => {
  const { agent, shown } = reportOf(
    'Welcome to this host',
    began,
    'agent: with docker, runs',
    'image: docker.io/hubblo/scaphandre:1.0.2, least rights',
    'listens: http://[2001:db8::1]:8080/metrics',
    'allowed: 192.0.2.0/24',
    'measures: 83.2 W (Scaphandre 1.02)',
  );
  assert.deepEqual(agent, {
    runtime: 'docker',
    version: '1.02',
    watts: 83.2,
    listens: 'http://[2001:db8::1]:8080/metrics',
    allowed: '192.0.2.0/24',
  });
  assert.equal(shown.length, 5);
});

test('a host that talks without end does not fill the memory', () => {
  const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}`);
  assert.equal(reportOf(began, ...lines).shown.length, 200);
});

/** Plans as expected files, from what the hosts of a lab answered (test/fixtures/hypervisors). */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { resolveOptions } from '../../lib/config/resolve.ts';
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import { parseResolved, parseRoute, planUnderlay, type Route } from '../../live-migrate/addresses.ts';
import { formatPlan } from '../../live-migrate/format-plan.ts';
import { type HostNetwork, parseHostNetwork } from '../../live-migrate/host-network.ts';
import { formatLease } from '../../live-migrate/lease.ts';
import { parseMigrateOptions } from '../../live-migrate/migrate-options.ts';
import { planMigration } from '../../live-migrate/plan.ts';
import { parseRequest } from '../../live-migrate/request.ts';
import { tunnelOptions } from '../../live-migrate/tunnel-options.ts';
import { assertExpectedFile } from '../support/expected.ts';

interface Case {
  readonly vmId: number;
  readonly options?: Readonly<Record<string, string>>;
  /** Recordings of the two hosts. */
  readonly hosts: readonly [string, string];
  readonly hasOpenVswitch: readonly [boolean, boolean];
  /** ovs-vswitchd runs; by default where there is Open vSwitch. */
  readonly isVswitchRunning?: readonly [boolean, boolean];
  /** kvmrc on the source. */
  readonly kvmrc?: string;
  /** Differences from what was recorded. */
  readonly resolved?: string;
  readonly routes?: readonly [Partial<Route>, Partial<Route>];
  /** The process that made VM 7's leftover is alive. */
  readonly isOwnerAlive?: boolean;
}

const recording = (name: string): string => readFileSync(`test/fixtures/hypervisors/${name}`, 'utf8');
const networkOf = (host: string, hasOpenVswitch: boolean, isVswitchRunning = hasOpenVswitch): HostNetwork =>
  parseHostNetwork({
    links: recording(`${host}.links.json`),
    routes: recording(`${host}.routes.json`),
    openVswitch: hasOpenVswitch ? recording(`${host}.openvswitch.txt`) : undefined,
    isVswitchRunning,
  });
const routeOf = (host: string, changes: Partial<Route> | undefined): Route => {
  const route = parseRoute(recording(`${host}.route-get.json`));
  assert.ok(route !== undefined);
  return { ...route, ...changes };
};

const machine = '00112233445566778899aabbccddeeff';
const bootId = '01234567-89ab-cdef-0123-456789abcdef';
const document = Buffer.from('<VMM_DRIVER_ACTION_DATA></VMM_DRIVER_ACTION_DATA>').toString('base64');

const planOf = (input: Case): string => {
  const { vmId, hosts, hasOpenVswitch, resolved, routes, isOwnerAlive = false } = input;
  const given = new Map(
    Object.entries(input.options ?? {}).map(([name, text]) => [
      name,
      { origin: 'flag' as const, shown: name, texts: [text] },
    ]),
  );
  const { values, problems } = resolveOptions(tunnelOptions, [given]);
  assert.deepEqual(problems, []);
  const words = [`one-${vmId}`, 'hostB', 'hostA', String(vmId), 'hostA'];
  const networks = [
    networkOf(hosts[0], hasOpenVswitch[0], input.isVswitchRunning?.[0]),
    networkOf(hosts[1], hasOpenVswitch[1], input.isVswitchRunning?.[1]),
  ] as const;
  const reached = resolved ?? parseResolved(recording('hostA.ahosts.txt')) ?? '';
  const found = [routeOf('hostA', routes?.[0]), routeOf('hostB', routes?.[1])] as const;
  try {
    const underlay = planUnderlay({ source: 'hostA', destination: 'hostB' }, reached, found, networks);
    const { steps } = planMigration({
      request: parseRequest(words, Buffer.from(document)),
      options: values,
      survey: { networks, underlay, migrateOptions: parseMigrateOptions(input.kvmrc ?? '') },
      frontEnd: {
        name: 'frontend',
        machine,
        bootId,
        startTimeOf: (pid) => (pid === 4242 && isOwnerAlive ? '777' : undefined),
      },
      lease: formatLease({ vmId, frontEnd: 'frontend', machine, bootId, pid: 100, startTime: '500' }),
    });
    return formatPlan(steps);
  } catch (thrown) {
    if (!(thrown instanceof OneExtError)) throw thrown;
    return `${thrown.code}: ${thrown.message}\n`;
  }
};

const folder = 'test/live-migrate/testcases';
for (const name of readdirSync(folder).sort()) {
  test(`plan: ${name}`, () => {
    const input: Case = JSON.parse(readFileSync(path.join(folder, name, 'input.json'), 'utf8'));
    assertExpectedFile(path.join(folder, name, 'expected.txt'), planOf(input));
  });
}

/** Laws of the steps that make a tunnel, for every VM. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { TunnelKind } from '../../live-migrate/host-network.ts';
import { type TunnelPlan, tunnelSteps } from '../../live-migrate/steps.ts';
import { candidateOf } from '../../live-migrate/tunnel.ts';

const planOf = (kind: TunnelKind, vmId: number, attempt: number): TunnelPlan => ({
  ends: { source: 'hostA', destination: 'hostB' },
  tunnel: candidateOf(vmId, attempt),
  kind,
  datapaths: ['', ''],
  underlay: {
    sourceAddress: '10.77.0.1',
    sourceDevice: 'eth0',
    destinationAddress: '10.77.0.2',
    destinationDevice: 'eth0',
    mtu: 1450,
  },
  lease: 'lease',
  migrationPort: 49215,
});

const vmIds = fc.integer({ min: 0, max: 99_999_999 });
const attempts = fc.integer({ min: 0, max: 63 });
const forEachPlan = (kind: TunnelKind, check: (plan: TunnelPlan) => void): void =>
  fc.assert(fc.property(vmIds, attempts, (vmId, attempt) => check(planOf(kind, vmId, attempt))));

const commandOf = (plan: TunnelPlan, host: string, word: string): readonly string[] =>
  tunnelSteps(plan).find((step) => step.host === host && step.argv.includes(word))?.argv ?? [];

/** What follows a word in a command. */
const after = (argv: readonly string[], word: string): string | undefined => argv[argv.indexOf(word) + 1];

const ends = (plan: TunnelPlan) => {
  const { sourceAddress, destinationAddress, macs } = plan.tunnel;
  return [
    { host: 'hostA', outer: ['10.77.0.1', '10.77.0.2'], peer: destinationAddress, macs },
    { host: 'hostB', outer: ['10.77.0.2', '10.77.0.1'], peer: sourceAddress, macs: macs.toReversed() },
  ] as const;
};

test('B3-law: the tunnel of the kernel sends to its peer alone, and learns from nobody', () => {
  forEachPlan('kernel', (plan) => {
    for (const { host, outer } of ends(plan)) {
      const made = commandOf(plan, host, 'vxlan');
      assert.deepEqual([after(made, 'local'), after(made, 'remote')], outer);
      assert.ok(made.includes('nolearning'));
      assert.ok(!made.includes('group') && !made.includes('dev'), 'no packet goes to many');
    }
  });
});

test('B3-law: each end knows the hardware address of the other one for good, before anything is sent', () => {
  forEachPlan('kernel', (plan) => {
    const steps = tunnelSteps(plan);
    const firstProbe = steps.findIndex(({ part }) => part !== 'tunnel');
    for (const { host, peer, macs } of ends(plan)) {
      const made = commandOf(plan, host, 'vxlan');
      assert.equal(after(made, 'address'), macs[0]);
      const at = steps.findIndex((step) => step.host === host && step.argv.includes('neighbour'));
      assert.ok(at !== -1 && at < firstProbe);
      const argv = commandOf(plan, host, 'neighbour');
      assert.equal(after(argv, 'replace'), peer);
      assert.deepEqual([after(argv, 'lladdr'), after(argv, 'nud')], [macs[1], 'permanent']);
    }
  });
});

test('B3-law: the tunnel of Open vSwitch takes packets of its peer alone, at its own address', () => {
  forEachPlan('openvswitch', (plan) => {
    for (const { host, outer } of ends(plan)) {
      const made = commandOf(plan, host, 'add-br');
      const key = `options:key=${plan.tunnel.vni}`;
      for (const option of [`options:local_ip=${outer[0]}`, `options:remote_ip=${outer[1]}`, key])
        assert.ok(made.includes(option), `${option} in ${made.join(' ')}`);
      assert.ok(!made.some((word) => /=flow$/.test(word)), 'no address is left to rules');
    }
  });
});

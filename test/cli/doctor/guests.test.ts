/** What the doctor says of the way from VMs to the port for guests. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type GuestsFacts, judgeGuests } from '../../../cli/doctor/guests.ts';
import { editTproxyConf, readForwards } from '../../../front-end-installer/tproxy-conf.ts';
import { linesOf } from '../../support/verdicts.ts';

const forwardOf = (port: number, address = '192.0.2.9', remotePort = port): string =>
  `- :service_port: ${port}\n  :remote_addr: ${address}\n  :remote_port: ${remotePort}\n`;
const judge = (forwards: string, changes: Partial<GuestsFacts> = {}): readonly string[] =>
  linesOf(
    judgeGuests({
      guest: [{ host: '::', port: 9926 }],
      web: [{ host: '::', port: 9925 }],
      file: 'f.conf',
      version: '7.4.0',
      forwards: { value: readForwards(forwards) },
      ...changes,
    }),
  );

test('a forward of the port for guests is told; without one, VMs need a route', () => {
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(5030)}${forwardOf(9926)}`), [
    'ok: forwards port 9926 to 192.0.2.9:9926',
  ]);
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(80, 'one.example', 9926)}`), [
    'ok: forwards port 80 to one.example:9926',
  ]);
  const none = ['skipped: no proxy forwards port 9926: VMs need a route to the front-end'];
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(5030)}`), none);
  assert.deepEqual(judge(':a: 1\n'), none);
});

test('a forward that leads nowhere, or to the metrics of the cloud, is told', () => {
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(9926, '192.0.2.9', 9999)}`), [
    'warning: forwards port 9926 to 192.0.2.9:9999, and guests are served at port 9926',
  ]);
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(9926, '127.0.0.1')}`), [
    'warning: forwards port 9926 to 127.0.0.1:9926, which is each hypervisor itself: right where this machine is the only one',
  ]);
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(9926, '192.0.2.9', 9925)}${forwardOf(9926)}`), [
    'warning: forwards port 9926 to 192.0.2.9:9925: VMs reach the metrics of the whole cloud',
    'ok: forwards port 9926 to 192.0.2.9:9926',
  ]);
});

test('what cannot be read is told, and a port for guests on the loopback alone', () => {
  const [first, ...others] = judge('', { guest: [{ host: '127.0.0.1', port: 9926 }] });
  assert.match(first ?? '', /^error: .*neither hypervisors nor VMs reach the loopback/);
  assert.equal(others.length, 1);
  assert.match(judge(':tproxy: 7\n').join(), /^error: .*not the YAML/);
  assert.match(judge('', { forwards: { problem: 'x', kind: 'missing' } }).join(), /^skipped: .*no such file/);
  assert.match(judge('', { forwards: { problem: 'x', kind: 'denied' } }).join(), /^warning: .*cannot tell/);
});

test('where no guests are served, a forward of ours that has stayed is told, and one of others is theirs', () => {
  const ours = editTproxyConf('', { port: 9926, address: '192.0.2.9', ownAddress: undefined });
  assert.ok(ours.kind === 'edited');
  assert.deepEqual(judge(ours.text, { guest: [] }), [
    'warning: forwards port 9926 to 192.0.2.9:9926, where no VMs are served',
  ]);
  const skipped = ['skipped: no VMs are served their own power (--guest.listen-address)'];
  assert.deepEqual(judge(`:tproxy:\n${forwardOf(5030)}`, { guest: [] }), skipped);
  assert.deepEqual(judge('', { guest: [], forwards: { problem: 'x', kind: 'missing' } }), skipped);
});

test('OpenNebula has proxies from 6.10.1 on; where it does not tell its version, the file counts', () => {
  const forward = `:tproxy:\n${forwardOf(9926)}`;
  const found = ['ok: forwards port 9926 to 192.0.2.9:9926'];
  for (const version of ['6.10.1', '6.10.10', '7.0.0', '7.2.1', '7.4', '10.0', '6.10.1-1.ce', undefined])
    assert.deepEqual(judge(forward, { version }), found, version);
  for (const version of ['6.10.0', '6.10.0.1', '6.8.3', '6.4', '5.12.0']) {
    assert.deepEqual(judge(forward, { version }), [
      `warning: forwards port 9926 to 192.0.2.9:9926, but OpenNebula ${version} has no proxies that forward a port`,
    ]);
    assert.deepEqual(judge('', { version }), [
      `skipped: OpenNebula ${version} has no proxies that forward a port: VMs need a route to the front-end`,
    ]);
  }
});

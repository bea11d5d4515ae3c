/** Which reading of a BMC is that of which host, and which of several is taken. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { PlatformReading, PlatformSource } from '../../collectors/agents/platform-power.ts';
import type { AgentAnswer } from '../../collectors/collector.ts';
import { platformOfHosts } from '../../collectors/host-platform.ts';
import { type Host, hostShape, parseHost } from '../../lib/one/host.ts';
import { watts } from '../../lib/units/units.ts';
import { readObjects } from '../support/recordings.ts';

const hostsOf = (...templates: readonly string[]): readonly Host[] =>
  readObjects(
    Buffer.from(
      `<HOST_POOL>${templates.map((template, id) => `<HOST><ID>${id}</ID><NAME>kvm${id}</NAME><STATE>2</STATE><TEMPLATE>${template}</TEMPLATE></HOST>`).join('')}</HOST_POOL>`,
    ),
    'HOST',
    hostShape,
    parseHost,
  );
const reading = (value: number, bmc = '', source: PlatformSource = 'dcmi'): PlatformReading => ({
  source,
  watts: watts(value),
  bmcNames: bmc.split(' ').filter((name) => name !== ''),
});
const answer = (...platform: readonly PlatformReading[]): AgentAnswer => ({
  agent: 'telegraf',
  verdict: { sound: false, version: '', reason: 'no_power', detail: '' },
  platform,
});

const wattsOf = (
  hosts: readonly Host[],
  {
    own = {},
    central = [],
    bmcs = [],
  }: {
    readonly own?: Readonly<Record<number, readonly AgentAnswer[]>>;
    readonly central?: readonly AgentAnswer[];
    readonly bmcs?: readonly { readonly bmc: string; readonly host: string }[];
  },
): Readonly<Record<number, string>> => {
  const agents = new Map(Object.entries(own).map(([id, answers]) => [Number(id), answers]));
  const all = platformOfHosts({ hosts, agents, central, bmcs });
  return Object.fromEntries(
    [...all].map(([id, one]) => [
      id,
      'sharedBmc' in one ? `shared: ${one.sharedBmc}` : `${one.watts} ${one.source}`,
    ]),
  );
};

const central = [answer(reading(220, '192.0.2.11'), reading(300, '192.0.2.12'), reading(9, '192.0.2.99'))];

test('a central Telegraf: POWER_BMC, the configuration or the name of the host say whose BMC it is', () => {
  const hosts = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>', '', '');
  assert.deepEqual(wattsOf(hosts, { central }), { 0: '220 dcmi' });
  assert.deepEqual(wattsOf(hosts, { central, bmcs: [{ bmc: '192.0.2.12', host: 'KVM2' }] }), {
    0: '220 dcmi',
    2: '300 dcmi',
  });
  const named = [answer(reading(150, '192.0.2.20 KVM1', 'redfish'))];
  assert.deepEqual(wattsOf(hosts, { central: named }), { 1: '150 redfish' });
});

test('what a central Telegraf measures of its own machine is no host', () => {
  assert.deepEqual(wattsOf(hostsOf(''), { central: [answer(reading(50))] }), {});
});

test("a host's own agent speaks of its host, also over Redfish, and not of others", () => {
  const hosts = hostsOf('', '<POWER_BMC>idrac-7, 192.0.2.7</POWER_BMC>');
  const own = answer(reading(220), reading(221, '127.0.0.1 idrac-1', 'redfish'));
  const several = answer(reading(90, 'idrac-6', 'redfish'), reading(91, 'idrac-7', 'redfish'));
  assert.deepEqual(wattsOf(hosts, { own: { 0: [own], 1: [several] } }), {
    0: '221 redfish',
    1: '91 redfish',
  });
  assert.deepEqual(wattsOf(hosts, { own: { 0: [several] } }), {});
});

test('a host whose BMC is known has no other one, also where its agent tells of one alone; others have not that one', () => {
  const hosts = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>', '<POWER_BMC>192.0.2.12</POWER_BMC>', '');
  const alone = [answer(reading(220, '192.0.2.11'))];
  assert.deepEqual(wattsOf(hosts, { own: { 0: alone, 1: alone, 2: alone } }), {
    0: '220 dcmi',
  });
});

test('one source a host: the best of all agents, never a sum', () => {
  const own = { 0: [answer(reading(218, '', 'psu_input')), answer(reading(210, '', 'vendor_total'))] };
  const hosts = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>');
  assert.deepEqual(wattsOf(hosts, { own }), { 0: '210 vendor_total' });
  assert.deepEqual(wattsOf(hosts, { own, central }), { 0: '220 dcmi' });
});

test('a BMC that several hosts claim is of none of them, however they claim it', () => {
  const twice = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>', '<POWER_BMC>192.0.2.11</POWER_BMC>', '');
  assert.deepEqual(wattsOf(twice, { central }), { 0: 'shared: 192.0.2.11', 1: 'shared: 192.0.2.11' });
  const bmcs = [
    { bmc: '192.0.2.12', host: 'kvm1' },
    { bmc: '192.0.2.12', host: 'kvm2' },
  ];
  assert.deepEqual(wattsOf(hostsOf('', '', ''), { central, bmcs }), {
    1: 'shared: 192.0.2.12',
    2: 'shared: 192.0.2.12',
  });
  const named = [answer(reading(150, 'kvm1', 'redfish'))];
  assert.deepEqual(wattsOf(hostsOf('<POWER_BMC>kvm1</POWER_BMC>', ''), { central: named }), {
    0: 'shared: kvm1',
    1: 'shared: kvm1',
  });
});

test('one agent of two hosts is the meter of neither; what a host has besides counts', () => {
  const shared = answer(reading(200));
  assert.deepEqual(wattsOf(hostsOf('', ''), { own: { 0: [shared], 1: [shared] } }), {
    0: 'shared: ',
    1: 'shared: ',
  });
  const other = answer(reading(90, '', 'psu_input'));
  assert.deepEqual(wattsOf(hostsOf('', ''), { own: { 0: [shared], 1: [shared, other] } }), {
    0: 'shared: ',
    1: '90 psu_input',
  });
});

test('a BMC that the own agents of two hosts ask is of neither, and the named host has it before others', () => {
  const same = () => [answer(reading(300, '192.0.2.12'))];
  assert.deepEqual(
    wattsOf(hostsOf('', '', ''), { own: { 0: same(), 1: same(), 2: [answer(reading(80))] } }),
    {
      0: 'shared: 192.0.2.12',
      1: 'shared: 192.0.2.12',
      2: '80 dcmi',
    },
  );
  const named = hostsOf('<POWER_BMC>192.0.2.12</POWER_BMC>', '');
  assert.deepEqual(wattsOf(named, { own: { 1: same() }, central }), { 0: '300 dcmi' });
  const several = [answer(reading(301, '192.0.2.12 idrac-7', 'redfish'))];
  assert.deepEqual(wattsOf(hostsOf('', ''), { own: { 0: same(), 1: several } }), {
    0: 'shared: 192.0.2.12',
    1: 'shared: 192.0.2.12 idrac-7',
  });
});

test('a host that is told of its one BMC twice has it, and addresses that each machine has for its own are no names', () => {
  const twice = [answer(reading(300, '192.0.2.12')), answer(reading(310, '192.0.2.12', 'redfish'))];
  assert.deepEqual(wattsOf(hostsOf('', ''), { own: { 0: twice } }), { 0: '310 redfish' });
  for (const own of [
    '127.0.0.1',
    'localhost',
    '169.254.1.1',
    '169.254.0.17',
    '16.1.15.1',
    '[::1]',
    'fe80::1',
  ]) {
    const local = () => [answer(reading(300, own, 'redfish'))];
    assert.deepEqual(wattsOf(hostsOf('', ''), { own: { 0: local(), 1: local() } }), {
      0: '300 redfish',
      1: '300 redfish',
    });
  }
});

test('law: no reading is that of two hosts', () => {
  const bmc = fc.constantFrom('a', 'b', 'kvm0', 'kvm1', 'kvm2');
  fc.assert(
    fc.property(fc.array(bmc, { maxLength: 3 }), fc.array(bmc, { maxLength: 4 }), (claims, names) => {
      const hosts = hostsOf(...claims.map((name) => `<POWER_BMC>${name}</POWER_BMC>`), '');
      const given = [answer(...names.map((name, at) => reading(100 + at, name)))];
      const all = Object.values(wattsOf(hosts, { central: given })).filter(
        (one) => !one.startsWith('shared'),
      );
      assert.equal(new Set(all).size, all.length);
    }),
  );
});

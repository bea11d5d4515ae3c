/** Which reading of a BMC is that of which host, and which of several is taken. */
import assert from 'node:assert/strict';
import test from 'node:test';
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
  return Object.fromEntries([...all].map(([id, one]) => [id, `${one.watts} ${one.source}`]));
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

test('a host whose BMC is known has no other one, also where its agent tells of one alone', () => {
  const hosts = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>', '<POWER_BMC>192.0.2.12</POWER_BMC>', '');
  const alone = [answer(reading(220, '192.0.2.11'))];
  assert.deepEqual(wattsOf(hosts, { own: { 0: alone, 1: alone, 2: alone } }), {
    0: '220 dcmi',
    2: '220 dcmi',
  });
});

test('one source a host: the best of all agents, never a sum', () => {
  const own = { 0: [answer(reading(218, '', 'psu_input')), answer(reading(210, '', 'vendor_total'))] };
  const hosts = hostsOf('<POWER_BMC>192.0.2.11</POWER_BMC>');
  assert.deepEqual(wattsOf(hosts, { own }), { 0: '210 vendor_total' });
  assert.deepEqual(wattsOf(hosts, { own, central }), { 0: '220 dcmi' });
});

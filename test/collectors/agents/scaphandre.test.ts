import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { scaphandre } from '../../../collectors/agents/scaphandre.ts';
import { readAgentPage, shownVerdict } from '../../support/agent-pages.ts';
import { recordedPage } from '../../support/recordings.ts';

const readPage = (page: Buffer, pieceSize = 4096): PowerVerdict =>
  readAgentPage(page, { pieceSize, agents: [scaphandre] });
const shown = shownVerdict;

test('1-threads: a build that lists threads is known without a VM, and does not tell how busy its host is', () => {
  const page = recordedPage('scaphandre-1.0.2-small.prom').toString('latin1');
  const withoutVms = page.replaceAll(/^scaph_process_power.*guest=.*\n/gm, '');
  const more =
    'scaph_process_power_consumption_microwatts{exe="ceph-osd",pid="77",cmdline="ceph-osd"} 60000000\n';
  const busy = `${withoutVms}${more}${more.replace('77', '78')}`;
  assert.match(busy, /^scaph_host_cpu_frequency.* 0$/m);
  assert.equal(readPage(Buffer.from(busy)).sound, true);
  const asIfOfficial = busy.replace(/^(scaph_host_cpu_frequency.*) 0$/m, '$1 2000');
  assert.equal(readPage(Buffer.from(asIfOfficial)).sound, false);
});

test('recorded pages: each VM once, with the power of its process', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, number>>, number])[] = [
    [
      'scaphandre-1.0.3-two-vms-full.prom',
      { 'one-524': 21775092.712439727, 'one-525': 20484078.484002303 },
      99666230,
    ],
    ['scaphandre-1.0.3-small.prom', { 'one-526': 44882358.82162819 }, 97322870],
    ['scaphandre-1.0.2-small.prom', { 'one-526': 45472825.181275256 }, 98879207],
    [
      'scaphandre-1.0.2-scrape2.prom',
      {
        'one-42': 677254.8521539617,
        'one-524': 26896693.44074602,
        'one-525': 24284423.411850795,
        'one-526': 45472825.181275256,
      },
      98879207,
    ],
    [
      'scaphandre-1.0.3-scrape2.prom',
      {
        'one-42': 653173.6525815666,
        'one-524': 23141008.676491547,
        'one-525': 24074113.74529934,
        'one-526': 44882358.82162819,
      },
      97322870,
    ],
  ];
  for (const [name, domains, hostPower] of cases) {
    const page = recordedPage(name);
    const expected = {
      sound: true,
      version: '1.02',
      method: 'agent_watts',
      ...(name.includes('1.0.3') ? { isDoubtful: true } : {}),
      hostPower,
      domains,
    };
    for (const size of [1, 100, page.length]) assert.deepEqual(shown(readPage(page, size)), expected, name);
  }
});

test('law: arbitrary bytes never throw', () => {
  const line = fc.oneof(
    fc.string(),
    fc.string().map((text) => `scaph_process_power_consumption_microwatts{${text}`),
    fc
      .string()
      .map((text) => `scaph_process_power_consumption_microwatts{cmdline="/x/kvm-nameguest=one-1,${text}`),
    fc.string().map((text) => `scaph_host_power_microwatts${text}`),
  );
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 99 }), (lines, size) => {
      const page = Buffer.from(lines.join('\n'));
      assert.deepEqual(shown(readPage(page, size)), shown(readPage(page, page.length + 1)));
    }),
  );
});

test('law: what the believed VMs of a host draw together is not more than what the host draws, else the page is refused', () => {
  const power = fc.array(fc.double({ min: 0, max: 60e6, noNaN: true }), { maxLength: 8 });
  fc.assert(
    fc.property(power, fc.double({ min: 1, max: 2e8, noNaN: true }), (vms, host) => {
      const lines = vms.map(
        (value, id) =>
          `scaph_process_power_consumption_microwatts{exe="kvm",cmdline="/usr/bin/kvm-nameguest=one-${id},x"} ${value}\n`,
      );
      const other = 'scaph_process_power_consumption_microwatts{exe="sh",cmdline="sh"} 0\n';
      const page = `${lines.join('')}${other}scaph_socket_power_microwatts{socket_id="0"} 1\nscaph_host_power_microwatts ${host}\n`;
      const verdict = readPage(Buffer.from(page));
      const sum = vms.filter((value) => value <= host * 1.1).reduce((all, value) => all + value, 0);
      if (sum > host * 1.11) assert.equal(verdict.sound, false);
      if (sum < host * 1.09) assert.equal(verdict.sound, true);
      if (!verdict.sound) return;
      const believed = (verdict.reading.domains ?? []).reduce(
        (all, { power }) => all + (typeof power === 'number' ? power : 0),
        0,
      );
      assert.ok(believed <= host * 1.11);
    }),
  );
});

test('a line of 3 MB is passed over', () => {
  const page = Buffer.concat([
    Buffer.from(`scaph_process_power_consumption_microwatts{cmdline="${'x'.repeat(3_000_000)}"} 1\n`),
    recordedPage('scaphandre-1.0.3-small.prom'),
  ]);
  assert.deepEqual(
    shown(readPage(page, 65_536)),
    shown(readPage(recordedPage('scaphandre-1.0.3-small.prom'))),
  );
});

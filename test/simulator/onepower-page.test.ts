/** Pages of two moments of a cloud, as the exporter reads them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { hostsAt, meanMicrowatts, runsOn, vmsAt } from '../../simulator/cloud.ts';
import { formatOnepowerPage } from '../../simulator/onepower-page.ts';
import { readAgentPages } from '../support/agent-pages.ts';

const settings = { hosts: 2, vms: 20, lifetimeSeconds: 1e9, migrationSeconds: 10 };

const pageAt = (time: number, passed: number): string => {
  const [host] = hostsAt(settings, time);
  assert.ok(host !== undefined);
  const own = vmsAt(settings, time).filter((vm) => runsOn(vm, host.id));
  return formatOnepowerPage(host, own, passed).toString();
};

for (const [name, pages] of [
  ['a cloud that moves', [pageAt(100, 0), pageAt(101, 0)]],
  ['a cloud that stands still', [pageAt(100, 5), pageAt(100, 20)]],
] as const)
  test(`${name}: each VM has its part of the power of the host`, () => {
    const verdict = readAgentPages(pages).at(-1)?.verdict;
    assert.ok(verdict?.sound === true, JSON.stringify(verdict));
    const { domains, hostPower } = verdict.reading;
    assert.ok(Math.abs((hostPower ?? 0) - meanMicrowatts) < 1e-3 * meanMicrowatts);
    const powerOf = new Map((domains ?? []).map((domain) => [domain.name, domain.power] as const));
    const vms = vmsAt(settings, 100.5).filter(({ id }) => powerOf.has(`one-${id}`));
    assert.ok(vms.length > 0);
    for (const { id, load } of vms) {
      const wanted = load * meanMicrowatts;
      assert.ok(Math.abs(Number(powerOf.get(`one-${id}`)) - wanted) < 0.1 * wanted, `${id}`);
    }
  });

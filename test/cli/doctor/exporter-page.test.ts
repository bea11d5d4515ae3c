import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { createExporterPageReader, type ExporterPage } from '../../../cli/doctor/exporter-page.ts';
import { inPieces } from '../../support/recordings.ts';

const read = (page: Buffer | string, pieceSize = 4096): ExporterPage => {
  const reader = createExporterPageReader();
  inPieces(Buffer.from(page), pieceSize, reader.push);
  return reader.finish();
};

test('our page: collectors, agents, VMs that are not measured', () => {
  const page = read(`# HELP opennebula_up x
opennebula_up 1
opennebula_scrape_collector_age_seconds{collector="vm"} 12.5
opennebula_scrape_collector_success{collector="vm"} 1
opennebula_scrape_collector_success{collector="power"} 0
opennebula_power_agent_info{one_host_id="3",agent="scaphandre",version="1.0",reason="ok",method="agent_watts"} 1
opennebula_power_agent_doubtful_info{one_host_id="3",agent="scaphandre",version="1.0"} 1
opennebula_vm_power_unmeasured_info{one_vm_id="7",one_host_id="3",reason="process_not_found"} 1
opennebula_vm_power_consumption_uW{one_vm_id="8"} 12
opennebula_monitoring_pushed_vms 2
opennebula_exporter_build_info{version="1.2.3",nodeversion="v20"} 1
process_cpu_seconds_total 1
`);
  assert.deepEqual(
    { ...page, collectors: [...page.collectors.values()] },
    {
      isOpenNebula: true,
      oneUp: true,
      version: '1.2.3',
      collectors: [
        { name: 'vm', success: true, ageSeconds: 12.5 },
        { name: 'power', success: false, ageSeconds: undefined },
      ],
      agents: [{ hostId: 3, agent: 'scaphandre', version: '1.0', reason: 'ok', method: 'agent_watts' }],
      doubtfulAgents: [{ hostId: 3, agent: 'scaphandre', version: '1.0' }],
      unmeasured: [{ vmId: 7, hostId: 3, reason: 'process_not_found' }],
      measuredVms: 1,
      drawingVm: 8,
      pushedVms: 2,
    },
  );
});

test("the exporter's own page of a recorded cloud, and that of the stock one", () => {
  const ours = read(readFileSync('test/e2e/expected-page.prom'));
  assert.ok(ours.collectors.has('power') && ours.isOpenNebula);
  const stock = read(readFileSync('test/fixtures/opennebula/exporter-metrics.txt'));
  assert.deepEqual([stock.isOpenNebula, stock.collectors.size, stock.version], [true, 0, undefined]);
  assert.equal(read('<html>opennebula_up 1</html>').isOpenNebula, false);
});

test('law: a page is read the same in pieces of any size, and no page makes it throw', () => {
  const page = readFileSync('test/e2e/expected-page.prom');
  const whole = read(page, page.length);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (size) => assert.deepEqual(read(page, size), whole)),
    { numRuns: 20 },
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
      read(lines.map((line) => `opennebula_power_agent_info${line}`).join('\n'));
    }),
  );
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { lastMonitoringRecords } from '../../../lib/one/vm-monitoring.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const { objectName, shape, parse } = lastMonitoringRecords;

test('the recorded monitoring of a cloud: one record of each VM', () => {
  const records = readObjects(recordedDocument('vmpool.monitoring'), objectName, shape, parse);
  assert.equal(records.length, 11);
  assert.deepEqual(records[0], {
    vmId: 0,
    cpus: 0,
    gpuPower: undefined,
    atSeconds: 1795227336,
  });
});

test('CPU is in hundredths of a CPU, and a record without VM or time is none', () => {
  const record = (cpu: string, rest = '<ID>7</ID><TIMESTAMP>100</TIMESTAMP>'): string =>
    `<MONITORING>${cpu}${rest}</MONITORING>`;
  const document = [
    record('<CPU><![CDATA[150.5]]></CPU>'),
    record(''),
    record('<CPU>-1</CPU>'),
    record('<CPU>nan</CPU>'),
    record('<CPU>1</CPU>', '<TIMESTAMP>100</TIMESTAMP>'),
    record('<CPU>1</CPU>', '<ID>7</ID>'),
  ].join('');
  const bytes = Buffer.from(`<MONITORING_DATA>${document}</MONITORING_DATA>`);
  assert.deepEqual(readObjects(bytes, objectName, shape, parse), [
    { vmId: 7, cpus: 1.505, gpuPower: undefined, atSeconds: 100 },
    ...[1, 2, 3].map(() => ({ vmId: 7, cpus: undefined, gpuPower: undefined, atSeconds: 100 })),
  ]);
});

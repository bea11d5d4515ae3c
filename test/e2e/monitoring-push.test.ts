/** What OpenNebula's monitoring gets: POWER, ENERGY and POWER_TIME of measured VMs, and nothing that has ended. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { AnswerCall } from '../../simulator/front-end.ts';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import { get, startExporter } from '../support/exporter.ts';
import { type MonitorMessage, startMonitord } from '../support/monitord.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface PushCloud {
  readonly answer?: AnswerCall;
  readonly privateKey?: KeyObject;
  readonly configFile?: string;
}

const startCloud = async (t: TestContext, { answer, privateKey, configFile }: PushCloud = {}) => {
  const monitord = await startMonitord(privateKey);
  const cloud = await simulate({
    hosts: 3,
    vms: 12,
    lifetimeSeconds: 3600,
    migrationSeconds: 10,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: true,
    ...(answer === undefined ? {} : { answer }),
  });
  t.after(() => Promise.all([cloud.close(), monitord.close()]));
  const exporter = await startExporter({
    endpoint: cloud.endpoint,
    credentials: simulatedCredentials,
    flags: [
      `--power.agent-url=${cloud.agentUrl}`,
      '--no-collector.server',
      `--energy.directory=${path.join(temporaryFolder(t), 'energy')}`,
      '--monitoring.push',
      '--monitoring.interval=5s',
      `--monitoring.address=${monitord.address}`,
      `--monitoring.config-file=${configFile ?? '/nowhere/monitord.conf'}`,
    ],
  });
  t.after(exporter.end);
  return { exporter, monitord };
};

const isEmpty = ({ vms }: MonitorMessage): boolean =>
  [...vms.values()].every((one) => Object.values(one).join('') === '');

/** VM id -> text of that attribute, of the first message of each host. */
const firstValues = (received: readonly MonitorMessage[], name: string): ReadonlyMap<number, string> =>
  new Map(
    received
      .filter(({ hostId }, at) => received.findIndex((one) => one.hostId === hostId) === at)
      .flatMap(({ vms }) => [...vms].map(([id, one]) => [id, one[name] ?? ''] as const)),
  );

test('each measured VM is pushed with what the page has; at the end all of it is emptied', async (t) => {
  const stale = '<MONITORING_DATA><MONITORING><ID>4711</ID><POWER>9.5</POWER></MONITORING></MONITORING_DATA>';
  const { exporter, monitord } = await startCloud(t, {
    answer: (method) => (method === 'one.vmpool.monitoring' ? { document: stale } : undefined),
  });
  const taken = await monitord.until(({ vms }) => vms.has(4711));
  assert.deepEqual(taken.vms.get(4711), { POWER: '', ENERGY: '', POWER_TIME: '' }, 'of an exporter before');
  const page = await get(exporter);
  const onPage = Object.entries(familyOf(page, 'opennebula_vm_power_consumption_uW'))
    .filter(([, microwatts]) => microwatts > 0)
    .map(([labels, microwatts]) => [Number(/\d+/.exec(labels)?.[0]), (microwatts / 1e6).toFixed(3)] as const);
  await monitord.until(() => firstValues(monitord.received, 'POWER').size > onPage.length);
  const first = firstValues(monitord.received, 'POWER');
  assert.ok(onPage.length > 5);
  for (const [id, watts] of onPage) assert.equal(Number(first.get(id)).toFixed(3), watts);
  assert.ok(monitord.received.every(({ kind, timestamp }) => kind === 'MONITOR_VM' && timestamp === 0));
  const counted = await monitord.until(({ vms }) =>
    [...vms.values()].some((one) => Number(one['ENERGY']) > 0),
  );
  assert.ok([...counted.vms.values()].every((one) => Number(one['POWER_TIME']) > Date.now() / 1000 - 60));
  assert.match(await get(exporter), new RegExp(`^opennebula_monitoring_pushed_vms ${onPage.length}$`, 'm'));
  const before = monitord.received.length;
  assert.equal(await exporter.end(), 0);
  const hosts = new Set(monitord.received.map(({ hostId }) => hostId).filter((hostId) => hostId >= 0));
  const emptied = () =>
    new Set(
      monitord.received
        .slice(before)
        .filter(isEmpty)
        .map(({ hostId }) => hostId),
    );
  await monitord.until(() => [...hosts].every((id) => emptied().has(id)));
});

test('where monitord has a PUBKEY, messages are encrypted with it; one that cannot be used is a reason', async (t) => {
  const folder = temporaryFolder(t);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(path.join(folder, 'pub.pem'), publicKey.export({ type: 'pkcs1', format: 'pem' }));
  const configFile = path.join(folder, 'monitord.conf');
  writeFileSync(
    configFile,
    `NETWORK = [\n  ADDRESS = "0.0.0.0", # of all\n  PORT = 4124,\n  PUBKEY = "${folder}/pub.pem", PRIKEY = "" ]\n`,
  );
  const { exporter, monitord } = await startCloud(t, { privateKey, configFile });
  await monitord.until(({ vms }) => [...vms.values()].some((one) => Number(one['POWER']) > 0));
  await exporter.end();
  writeFileSync(configFile, `NETWORK = [ PUBKEY = "${folder}/none.pem" ]\n`);
  const { exporter: second } = await startCloud(t, { configFile });
  while (!/power is not pushed.*none\.pem.*ENOENT/.test(second.log())) await get(second);
});

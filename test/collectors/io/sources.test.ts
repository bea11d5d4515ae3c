/** What is known outlasts a set of options: a reload of the configuration makes new sources, and forgets nothing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noTariffs } from '../../../collectors/grid/tariffs.ts';
import { createAgentMemories } from '../../../collectors/io/agent-memory.ts';
import { openKeptStates } from '../../../collectors/io/kept-states.ts';
import { createSource } from '../../../collectors/io/source.ts';
import { createSources, type Sources } from '../../../collectors/io/sources.ts';
import { commonError } from '../../../lib/errors/common-errors.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { createLog } from '../../../lib/log/log.ts';
import { emptyPowerModel } from '../../../lib/power-model/power-model.ts';
import { defaultSettings } from '../../support/documents.ts';

/** Makes sources as the exporter does at its start and at each reload. */
const silentLog = createLog({
  level: 'error',
  format: 'logfmt',
  now: () => new Date(0),
  write: () => undefined,
});

const createLab = async (pools: Readonly<Record<string, string>>) => {
  const client: XmlRpcClient = {
    call: async (method, _parameters, options) => {
      const document = pools[method];
      if (document === undefined)
        throw commonError('ONE_NOT_XML', {
          method,
          endpoint: 'http://front-end:2633/RPC2',
          detail: 'no document',
        });
      options?.onPayload?.(Buffer.from(document));
      return '';
    },
  };
  const now = (): number => 0;
  const agentMemories = createAgentMemories();
  const kept = await openKeptStates({ folder: undefined, now, log: silentLog });
  const unknown = createSource({ read: async () => undefined, now, reuseMs: 0 });
  return {
    agentMemories,
    load: (): Sources =>
      createSources(defaultSettings, {
        client,
        log: silentLog,
        readCountries: async () => new Map(),
        now,
        signal: new AbortController().signal,
        kept,
        agentMemories,
        tariffs: noTariffs,
        energy: unknown,
        energyCopy: unknown,
        carbonCounts: unknown,
        monitoringPush: unknown,
        onReading: () => undefined,
      }),
  };
};

const host = `<HOST_POOL><HOST><ID>1</ID><NAME>kvm1</NAME><STATE>2</STATE><VM_MAD>kvm</VM_MAD><HOST_SHARE><TOTAL_CPU>1600</TOTAL_CPU></HOST_SHARE>
<TEMPLATE><HYPERVISOR>kvm</HYPERVISOR><POWER_AGENT_URL>http://127.0.0.1:1/metrics</POWER_AGENT_URL></TEMPLATE></HOST></HOST_POOL>`;

test('what was learnt of a host outlasts a reload', async () => {
  const { agentMemories, load } = await createLab({ 'one.hostpool.info': host });
  const known = { idleWatts: 60, wattsPerCpu: 5, errorRatio: 0.01 };
  agentMemories.models.learnt = new Map([
    [1, { name: 'kvm1', use: undefined, model: emptyPowerModel(16), observed: 100, known }],
  ]);
  for (const sources of [load(), load()])
    assert.deepEqual((await sources.hostModels.get()).value, new Map([[1, known]]));
});

test('where a VM was before, and its attributes, outlast a reload', async () => {
  const vm = (
    hostId: number,
  ): string => `<VM_POOL><VM><ID>7</ID><STATE>3</STATE><LCM_STATE>4</LCM_STATE><TEMPLATE/>
<USER_TEMPLATE><FLAVOURS>5</FLAVOURS></USER_TEMPLATE><HISTORY_RECORDS><HISTORY><HID>${hostId}</HID></HISTORY></HISTORY_RECORDS></VM></VM_POOL>`;
  const pools: Record<string, string> = { 'one.vmpool.infoextended': vm(1) };
  const { load } = await createLab(pools);
  await load().vms.get();
  // oned cannot tell attributes any more, and the VM has begun to migrate.
  delete pools['one.vmpool.infoextended'];
  pools['one.vmpool.info'] = vm(2);
  for (const sources of [load(), load()]) {
    const [migrating] = (await sources.vms.get()).value;
    assert.deepEqual([migrating?.hostId, migrating?.previousHostId, migrating?.flavours], [2, 1, 5]);
  }
});

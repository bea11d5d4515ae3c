/** What one run of a hook costs: hooks are started anew for each event, ten at a time. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createLimit } from '../lib/io/concurrency.ts';
import { vmsAt } from '../simulator/cloud.ts';
import { formatExtendedVm } from '../simulator/documents.ts';
import { createFrontEnd, encodeDocument } from '../simulator/front-end.ts';
import { stillCloud } from './documents.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMs, timeMs } from './measure.ts';
import { processorMs } from './processor-time.ts';

const credentials = 'oneadmin:opennebula';
const many = 200;
const atOnce = 10;

/** A front-end that knows VMs which serve metrics. */
export const startFrontEnd = async (): Promise<{ readonly endpoint: string; close(): void }> => {
  const vms = new Map(
    vmsAt(stillCloud(10, many), 0).map((vm, at) => [
      String(at),
      formatExtendedVm({ ...vm, id: at, state: 3, lcmState: 3 }).replace(
        '<USER_TEMPLATE>',
        '<USER_TEMPLATE><PROMETHEUS_EXPORTER><![CDATA[9100]]></PROMETHEUS_EXPORTER>',
      ),
    ]),
  );
  const server = createFrontEnd(credentials, (_, [ids]) => ({
    document: encodeDocument(`<VM_POOL>${vms.get(String(ids)) ?? ''}</VM_POOL>`),
  }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}/RPC2`, close: () => void server.close() };
};

/** One event of a VM that serves no metrics, in full. */
const measureUnneeded = async (lab: Lab): Promise<Finding> => {
  const [vm] = vmsAt(stillCloud(1, 1), 0);
  if (vm === undefined) throw new Error('the cloud has no VM');
  const document = formatExtendedVm({ ...vm, id: 0, state: 3, lcmState: 3 });
  const written = document.replace(/^<VM>\s*<ID>/, '<VM>\n  <ID>');
  const event = path.join(lab.folder, 'hook-event');
  await writeFile(event, Buffer.from(written).toString('base64'));
  const environment = ['env', 'ONEEXT_CONFIG_FILE=/dev/null', `ONE_LOCATION=${lab.folder}`];
  const ours = await processorMs(lab, [...environment, 'dist/hooks/vm_scrape_target'], event);
  const empty = await processorMs(lab, ['env', process.execPath, '-e', '0'], event);
  return {
    what: 'processor time of an event of a VM without an exporter',
    ours: formatMs(ours),
    comparedWith: `empty Node: ${formatMs(empty)}`,
    ratio: ours / empty,
    target: atMost(10, ours, 'ms'),
  };
};

export const createHookStart = (lab: Lab): Bench => ({
  name: 'hook-start',
  method: `dist/hooks/vm_scrape_target for 200 VMs, ten hooks at once as the hook manager has it, each of which writes a
file and asks twice. The front-end is simulated, on the same machine. Then an event of a VM that has no
PROMETHEUS_EXPORTER, a hundred times: the shell half of the program decides that there is nothing to do. What one costs
that starts Node stands in start-up.`,
  async run() {
    const { folder, processes } = lab;
    const frontEnd = await startFrontEnd();
    const auth = path.join(folder, 'hook_auth');
    const targets = path.join(folder, 'hook-targets');
    await writeFile(auth, credentials);
    await mkdir(targets);
    // Settings stand in env(1)'s argv: what the processes are given otherwise is the bench's own environment.
    const hook = (id: number): readonly string[] =>
      ['env', `ONE_AUTH=${auth}`, `ONE_XMLRPC=${frontEnd.endpoint}`, process.execPath].concat([
        'dist/hooks/vm_scrape_target',
        '--config.file=/dev/null',
        `--prometheus.targets-folder=${targets}`,
        String(id),
      ]);
    try {
      const limit = createLimit(atOnce);
      const allMs = await timeMs(() =>
        Promise.all(Array.from({ length: many }, (_, id) => limit(() => processes.runToEnd(hook(id))))),
      );
      return [
        {
          what: '200 hooks that write, ten at once',
          ours: `${formatMs(allMs)}, ${formatMs(allMs / many)} a hook`,
          comparedWith: '',
        },
        await measureUnneeded(lab),
      ];
    } finally {
      frontEnd.close();
    }
  },
});

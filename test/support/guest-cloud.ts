/** The recorded cloud with a VM that draws 40 W, and the exporter that serves guests: what a VM asks. */
import path from 'node:path';
import type { TestContext } from 'node:test';
import { makeOneGateToken } from '../../collectors/guests/onegate-token.ts';
import { parseUser, userShape } from '../../lib/one/user.ts';
import { type ExporterProcess, startExporter } from './exporter.ts';
import { withFlags } from './flags.ts';
import { httpAnswer, methodOf, startRawServer } from './raw-server.ts';
import { kvmHostPool, startRecordedFrontEnd } from './recorded-front-end.ts';
import { readObjects, recordedAnswer, recordedBody, recordedDocument } from './recordings.ts';
import { temporaryFolder } from './temporary.ts';

/** The recorded VM 8 runs on host 1, VM 6 on host 0, VM 4 is powered off; their creator is oneadmin. */
const startTimes: Readonly<Record<string, string>> = { 8: '1795227286', 6: '1795227283', 4: '1795227281' };
const password =
  readObjects(recordedDocument('userpool.info'), 'USER', userShape, parseUser).find(({ id }) => id === 0)
    ?.tokenPassword ?? '';
export const tokenOf = (vmId: string): string =>
  makeOneGateToken(Number(vmId), startTimes[vmId] ?? '', password) ?? '';

/** The recorded VMs, which had no token in their contexts, with one. */
const vmsWithTokens = (): Buffer =>
  httpAnswer(
    '200 OK',
    recordedBody('vmpool.infoextended-notdone')
      .toString('latin1')
      .replaceAll('&lt;TEMPLATE&gt;', '&lt;TEMPLATE&gt;&lt;CREATED_BY&gt;0&lt;/CREATED_BY&gt;'),
  );

export interface GuestCloud {
  readonly exporter: ExporterProcess;
  /** Of the port for guests. */
  readonly url: string;
  /** Methods of the calls so far. */
  readonly calls: () => readonly string[];
  /** Whether the VM draws its 40 W from now on, or nothing. */
  setBusy(isBusy: boolean): void;
  /** What the VM has used, as it was made. */
  joules(): number;
}

export const startGuestCloud = async (t: TestContext, ...flags: readonly string[]): Promise<GuestCloud> => {
  let used = 0;
  let usesSince: number | undefined = performance.now();
  const secondsOfUse = (): number =>
    used + (usesSince === undefined ? 0 : performance.now() - usesSince) / 1000;
  const beganAt = performance.now();
  const frontEnd = await startRecordedFrontEnd((method) => {
    if (method === 'one.hostpool.info') return kvmHostPool();
    if (method === 'one.vmpool.infoextended') return { bytes: vmsWithTokens() };
    return method === 'one.userpool.info' ? { bytes: recordedAnswer('userpool.info') } : undefined;
  });
  const agent = await startRawServer((request) => {
    if (!request.startsWith('GET /1/')) return { bytes: httpAnswer('200 OK', '') };
    const seconds = (performance.now() - beganAt) / 1000;
    const page = `onepower_info{version="1",meter="rapl"} 1
onepower_host_cpus 4
onepower_host_cpu_seconds_total{mode="all"} ${seconds * 4}
onepower_zone_energy_joules_total{zone="package-0",counted="true"} ${seconds * 100}
onepower_host_energy_joules_total ${seconds * 100}
onepower_vm_energy_joules_total{domain="one-8",uuid=""} ${secondsOfUse() * 40}
`;
    return { bytes: httpAnswer('200 OK', page) };
  });
  t.after(() => Promise.all([frontEnd.close(), agent.close()]));
  const exporter = await startExporter({
    endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
    flags: withFlags(
      [
        `--power.agent-url=http://127.0.0.1:${agent.port}/{id}/metrics`,
        `--energy.directory=${path.join(temporaryFolder(t), 'energy')}`,
        '--energy.interval=1s',
        '--no-collector.server',
        '--guest.listen-address=127.0.0.1:0',
      ],
      flags,
    ),
  });
  t.after(exporter.end);
  const urlOf = () => /msg="listening for guests" url=(\S+)/.exec(exporter.log())?.[1];
  while (urlOf() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    exporter,
    url: urlOf() ?? '',
    calls: () => frontEnd.requests.map(methodOf),
    setBusy(isBusy) {
      used = secondsOfUse();
      usesSince = isBusy ? performance.now() : undefined;
    },
    joules: () => secondsOfUse() * 40,
  };
};

/** A cloud whose agent counts: one VM on one host, whose energy is known at each moment. */
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type ExporterProcess, startExporter } from './exporter.ts';
import { httpAnswer, startRawServer } from './raw-server.ts';
import { kvmHostPool, startRecordedFrontEnd } from './recorded-front-end.ts';
import { temporaryFolder } from './temporary.ts';

/** After so many seconds with 100 W of the host and 40 W of VM 8, of which it has added 10 W. */
export const countingPage = (seconds: number): string => `onepower_info{version="1",meter="rapl"} 1
onepower_host_cpus 4
onepower_host_cpu_seconds_total{mode="all"} ${seconds * 4}
onepower_zone_energy_joules_total{zone="package-0",counted="true"} ${seconds * 100}
onepower_host_energy_joules_total ${seconds * 100}
onepower_host_idle_watts 80
onepower_host_watts_per_cpu 5
onepower_host_model_error_ratio 0.01
onepower_vm_energy_joules_total{domain="one-8",uuid=""} ${seconds * 40}
onepower_vm_marginal_energy_joules_total{domain="one-8",uuid=""} ${seconds * 10}
`;

/** The recorded cloud has VM 8 on host 1. Host and VM have drawn 100 W and 40 W since the test began. */
export const startCountingCloud = async (
  t: TestContext,
  {
    gridZone = '',
    folder = path.join(temporaryFolder(t), 'energy'),
    environment = {} as Readonly<Record<string, string>>,
  } = {},
) => {
  const beganAt = performance.now();
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.hostpool.info' ? kvmHostPool(gridZone) : undefined,
  );
  let asked = 0;
  let onAsked = (): void => undefined;
  const agent = await startRawServer((request) => {
    if (!request.startsWith('GET /1/')) return { bytes: httpAnswer('200 OK', '') };
    asked += 1;
    onAsked();
    const page = countingPage((performance.now() - beganAt) / 1000);
    return { bytes: httpAnswer('200 OK', page) };
  });
  t.after(() => Promise.all([frontEnd.close(), agent.close()]));
  const start = async (...flags: readonly string[]): Promise<ExporterProcess> => {
    const exporter = await startExporter({
      endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
      environment,
      flags: [
        `--power.agent-url=http://127.0.0.1:${agent.port}/{id}/metrics`,
        `--energy.directory=${folder}`,
        '--energy.interval=1s',
        ...flags,
      ],
    });
    t.after(exporter.end);
    return exporter;
  };
  /** Resolves when the agent has been asked that many times. */
  const askedTimes = (times: number): Promise<void> =>
    new Promise((resolve) => {
      onAsked = () => {
        if (asked >= times) resolve();
      };
      onAsked();
    });
  return { folder, start, askedTimes };
};

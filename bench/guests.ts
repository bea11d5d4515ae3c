/** What guests that pull their own power cost the exporter. */
import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeOneGateToken } from '../collectors/guests/onegate-token.ts';
import { vmsAt } from '../simulator/cloud.ts';
import { startTimeOf } from '../simulator/documents.ts';
import { simulatedCredentials, simulatedTokenPassword } from '../simulator/simulate.ts';
import { stillCloud } from './documents.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench } from './measure.ts';
import { readCpuMs } from './process-load.ts';

const [hostCount, vmCount] = [50, 1000];
const pullsPerSecond = 100;
const seconds = 10;

interface GuestsCloud {
  readonly exporterPid: number;
  readonly url: string;
}

const startGuestsCloud = async ({ processes, nextPort, folder }: Lab): Promise<GuestsCloud> => {
  const [port, agentsPort, metricsPort, guestPort] = [
    await nextPort(),
    await nextPort(),
    await nextPort(),
    await nextPort(),
  ];
  const sizes = ['--hosts', String(hostCount), '--vms', String(vmCount), '--agent', 'onepower'];
  await processes.startDaemon(
    [
      ...[process.execPath, 'build/simulator/simulator.js', ...sizes, '--still', '--tokens'],
      ...['--port', String(port), '--agents-port', String(agentsPort)],
    ],
    'agentUrl',
  );
  const own = path.join(folder, 'guests');
  await mkdir(own);
  const authFile = path.join(own, 'one_auth');
  await writeFile(authFile, simulatedCredentials);
  const { pid } = await processes.startDaemon(
    [
      'dist/opennebula-exporter',
      `--web.listen-address=127.0.0.1:${metricsPort}`,
      `--guest.listen-address=127.0.0.1:${guestPort}`,
      `--energy.directory=${path.join(own, 'energy')}`,
      `--power.agent-url=http://127.0.0.1:${agentsPort}/{id}/metrics`,
    ],
    'listening for guests',
    { ONE_XMLRPC: `http://127.0.0.1:${port}/RPC2`, ONE_AUTH: authFile },
  );
  return { exporterPid: pid, url: `http://127.0.0.1:${guestPort}/power.json` };
};

/** As curl does in a guest: each pull has a connection of its own. */
const pull = (url: string, vmId: number, token: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'X-ONEGATE-VMID': String(vmId), 'X-ONEGATE-TOKEN': token };
    http
      .get(url, { agent: false, headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
      .once('error', reject);
  });

const createGuests = () => {
  const guests = vmsAt(stillCloud(hostCount, vmCount), 0)
    .filter(({ state }) => state === 3)
    .map((vm) => ({
      id: vm.id,
      token: makeOneGateToken(vm.id, String(startTimeOf(vm)), simulatedTokenPassword) ?? '',
    }));
  let next = 0;
  return () => {
    next = (next + 1) % guests.length;
    return guests[next] ?? { id: 0, token: '' };
  };
};

export const createGuestsBench = (lab: Lab): Bench => ({
  name: 'guests',
  method: `1,000 VMs on 50 hosts, 100 pulls of /power.json a second, each with the token of another VM and on a connection
of its own: what 1,000 guests ask that pull every ten seconds. Processor time of the exporter (all threads) in ten
seconds, less that of ten seconds without a pull.`,
  async run() {
    const { exporterPid, url } = await startGuestsCloud(lab);
    const nextGuest = createGuests();
    const pullOne = () => {
      const { id, token } = nextGuest();
      return pull(url, id, token);
    };
    while ((await pullOne()) !== 200) await sleep(100);
    /** In percent of a CPU. Pulls that are late are made up for: guests do not wait for each other. */
    const measure = async (pulls: number): Promise<number> => {
      const begun = await readCpuMs(exporterPid);
      const begunAt = performance.now();
      const statuses: Promise<number>[] = [];
      for (let at = 1; at <= pulls * seconds; at += 1) {
        statuses.push(pullOne());
        const restMs = begunAt + (at * 1000) / pulls - performance.now();
        if (restMs > 0) await sleep(restMs);
      }
      if (pulls === 0) await sleep(seconds * 1000);
      if ((await Promise.all(statuses)).some((status) => status !== 200))
        throw new Error('a guest got no answer');
      return (((await readCpuMs(exporterPid)) - begun) / (performance.now() - begunAt)) * 100;
    };
    await measure(pullsPerSecond); // the program is warm then
    const quiet = await measure(0);
    const percent = (await measure(pullsPerSecond)) - quiet;
    return [
      {
        what: '1,000 guests that pull every 10 s',
        ours: `${percent.toFixed(1)} % of a CPU`,
        comparedWith: `without them: ${quiet.toFixed(1)} %`,
        target: atMost(5, percent, '% of a CPU'),
      },
    ];
  },
});

/** Our power agent beside Debian's Scaphandre on one host: 50 VMs among 3,000 processes, a scrape every 15 s. */
import { existsSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMegabytes } from './measure.ts';
import { readCpuMs, readRssBytes } from './process-load.ts';

const processesOnHost = 3000;
const [someVms, manyVms] = [50, 200];
const scrapeMs = 15_000;
const rounds = 3;
/** Programs look around for a while after their start. */
const settleMs = 45_000;
const moveMs = 200;
const watts = 60;
const scaphandreArchive = '.cache/scaphandre/scaphandre.deb';
const modulesShim = 'test/system/hypervisor-lab/no-modules.c';

/** All wait for a line that never comes, and end when this program does. */
const crowd = `exec 3<&0
vm=$2
while [ $vm -lt $3 ]; do
  "$1" -c 'read line' -name "guest=one-$vm,debug-threads=on" -uuid "$(cat /proc/sys/kernel/random/uuid)" <&3 &
  vm=$((vm + 1))
done
other=0
while [ $other -lt $4 ]; do sh -c 'read line' <&3 & other=$((other + 1)); done
echo ready
wait
`;

interface Watched {
  readonly pid: number;
  readonly url: string;
}

interface Place {
  readonly lab: Lab;
  readonly folder: string;
  readonly sysfs: string;
}

/** One socket that draws 60 W, until it is stopped. */
const startMeter = async (sysfs: string): Promise<{ readonly stop: () => void }> => {
  const zone = path.join(sysfs, 'class/powercap/intel-rapl:0');
  await mkdir(zone, { recursive: true });
  await writeFile(path.join(zone, 'name'), 'package-0\n');
  await writeFile(path.join(zone, 'max_energy_range_uj'), '262143328850\n');
  const write = (): void =>
    writeFileSync(path.join(zone, 'energy_uj'), `${Math.round(1e6 + performance.now() * watts * 1000)}\n`);
  write();
  const timer = setInterval(write, moveMs);
  return { stop: () => clearInterval(timer) };
};

const startOurs = async ({ lab, folder, sysfs }: Place): Promise<Watched> => {
  const address = `127.0.0.1:${await lab.nextPort()}`;
  const { pid } = await lab.processes.startDaemon(
    [
      process.execPath,
      'dist/opennebula-power-agent',
      '--meter=rapl',
      `--path.sysfs=${sysfs}`,
      `--path.run=${path.join(folder, 'run')}`,
      `--web.listen-address=${address}`,
    ],
    'listening',
  );
  return { pid, url: `http://${address}/metrics` };
};

/** It reads /sys, whatever it is told, and wants /proc/modules, which a kernel without modules does not have. */
const startScaphandre = async ({ lab, folder, sysfs }: Place): Promise<Watched> => {
  const { processes } = lab;
  await processes.runToEnd(['dpkg-deb', '-x', scaphandreArchive, folder]);
  const shim = path.join(folder, 'no-modules.so');
  if (!existsSync('/proc/modules'))
    await processes.runToEnd(['cc', '-shared', '-fPIC', '-o', shim, modulesShim]);
  const port = await lab.nextPort();
  const { pid } = await processes.startDaemon(
    [
      ...['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /sys && exec "$@"', sysfs],
      path.join(folder, 'usr/bin/scaphandre'),
      ...['prometheus', '--qemu', '--address', '127.0.0.1', '--port', String(port)],
    ],
    'Sending',
    existsSync('/proc/modules') ? {} : { LD_PRELOAD: shim },
  );
  return { pid, url: `http://127.0.0.1:${port}/metrics` };
};

const pageOf = async ({ url }: Watched): Promise<Buffer> =>
  Buffer.from(await (await fetch(url)).arrayBuffer());

/** Scaphandre says that it serves before it does. */
const untilServed = async (watched: Watched): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await pageOf(watched).catch((thrown: unknown) => {
      if (tries > 100) throw thrown;
    });
    if (answer !== undefined) return;
    await sleep(100);
  }
};

interface Cost {
  /** As a part of one CPU. */
  readonly cpu: number;
  readonly rssBytes: number;
  readonly page: Buffer;
}

const measureCosts = async (all: readonly Watched[]): Promise<readonly Cost[]> => {
  await Promise.all(all.map(untilServed));
  await sleep(settleMs);
  const beganAt = performance.now();
  const before = await Promise.all(all.map(({ pid }) => readCpuMs(pid)));
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(all.map(pageOf));
    await sleep(scrapeMs);
  }
  const after = await Promise.all(all.map(({ pid }) => readCpuMs(pid)));
  const seconds = (performance.now() - beganAt) / 1000;
  return Promise.all(
    all.map(async (watched, at) => ({
      cpu: ((after[at] ?? 0) - (before[at] ?? 0)) / 1000 / seconds,
      rssBytes: await readRssBytes(watched.pid),
      page: await pageOf(watched),
    })),
  );
};

const percent = (ratio: number): string => `${(ratio * 100).toFixed(2)} %`;
const underMegabytes = (limit: number, bytes: number): NonNullable<Finding['target']> => ({
  text: `at most ${limit} MB`,
  met: bytes <= limit * 1e6,
});

const findingsOf = (ours: Cost, theirs: Cost | undefined, withMany: number): readonly Finding[] => {
  const what = `${someVms} VMs among ${processesOnHost} processes`;
  const [bytes, zipped] = [ours.page.length / someVms, gzipSync(ours.page).length / someVms];
  const against = (of: (cost: Cost) => string, ratioOf: (cost: Cost) => number) =>
    theirs === undefined
      ? { comparedWith: `nothing: Scaphandre needs root and ${scaphandreArchive}` }
      : { comparedWith: `Scaphandre: ${of(theirs)}`, ratio: ratioOf(ours) / ratioOf(theirs) };
  return [
    {
      what: `processor time, ${what}`,
      ours: percent(ours.cpu),
      comparedWith: 'one CPU',
      target: { text: 'at most 0.5 %', met: ours.cpu <= 0.005 },
    },
    {
      what: `processor time, ${what}`,
      ours: percent(ours.cpu),
      ...against(
        ({ cpu }) => percent(cpu),
        ({ cpu }) => cpu,
      ),
      ...(theirs === undefined ? {} : { target: atMost(0.1, ours.cpu / theirs.cpu) }),
    },
    {
      what: `memory, ${someVms} VMs`,
      ours: formatMegabytes(ours.rssBytes),
      ...against(
        ({ rssBytes }) => formatMegabytes(rssBytes),
        ({ rssBytes }) => rssBytes,
      ),
      target: underMegabytes(70, ours.rssBytes),
    },
    {
      what: `memory, ${manyVms} VMs`,
      ours: formatMegabytes(withMany),
      comparedWith: '',
      target: underMegabytes(90, withMany),
    },
    {
      what: 'page, for each VM',
      ours: `${bytes.toFixed(0)} bytes`,
      ...against(
        ({ page }) => `${(page.length / someVms).toFixed(0)} bytes`,
        ({ page }) => page.length,
      ),
      target: { text: 'at most 500 bytes', met: bytes <= 500 },
    },
    {
      what: 'page, zipped, for each VM',
      ours: `${zipped.toFixed(0)} bytes`,
      ...against(
        ({ page }) => `${(gzipSync(page).length / someVms).toFixed(0)} bytes`,
        ({ page }) => gzipSync(page).length,
      ),
      target: { text: 'at most 60 bytes', met: zipped <= 60 },
    },
  ];
};

export const createPowerAgent = (lab: Lab): Bench => ({
  name: 'power-agent',
  method: `Both agents run at the same time on this host, where ${processesOnHost} processes have been started, ${someVms} of them
named and called as QEMU is; both read one made zone of powercap. Each is asked for its page every 15 s;
${rounds} rounds, from 45 s after their start on. Processor time as /proc/PID/stat has it. Scaphandre is Debian's. The page is
divided by the VMs as a whole.`,
  async run() {
    const folder = path.join(lab.folder, 'power-agent');
    const place: Place = { lab, folder, sysfs: path.join(folder, 'sys') };
    await mkdir(folder, { recursive: true });
    const meter = await startMeter(place.sysfs);
    try {
      const qemu = path.join(folder, 'qemu-system-x86_64');
      await copyFile('/bin/sh', qemu);
      const startCrowd = (from: number, to: number, others: number): Promise<void> =>
        lab.processes.startCrowd(['sh', '-c', crowd, 'crowd', qemu, ...[from, to, others].map(String)]);
      await startCrowd(0, someVms, processesOnHost - someVms);
      const ours = await startOurs(place);
      const canCompare = process.getuid?.() === 0 && existsSync(scaphandreArchive);
      const theirs = canCompare ? [await startScaphandre(place)] : [];
      const [cost, theirCost] = await measureCosts([ours, ...theirs]);
      if (cost === undefined) throw new Error('nothing was measured');
      await startCrowd(someVms, manyVms, 0);
      await sleep(scrapeMs);
      await pageOf(ours);
      return findingsOf(cost, theirCost, await readRssBytes(ours.pid));
    } finally {
      meter.stop();
    }
  },
});

/**
 * `npm run bench [-- NAME... --write]`: measures, prints ratios, and with --write writes docs/benchmarks.md. What takes
 * minutes runs where it is named alone.
 *
 * A measurement, not a test: it ends with 0 when a target is missed, and says so.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../lib/errors/oneext-error.ts';
import { createAgentPage } from './agent-page.ts';
import { createAuthBiscuit } from './auth-biscuit.ts';
import { createPorts } from './cloud.ts';
import { createEndToEnd } from './end-to-end.ts';
import { createEnergyBench } from './energy-accounts.ts';
import { createEnergyReport } from './energy-report.ts';
import {
  type BenchResult,
  formatDocument,
  formatMissed,
  formatTable,
  type Machine,
} from './format-findings.ts';
import { createFreshScrape } from './fresh-scrape.ts';
import { createFrontEndCost } from './front-end-cost.ts';
import { createGuestsBench } from './guests.ts';
import { createHookStart } from './hook-start.ts';
import { createLab, type Lab } from './lab.ts';
import { createLiveMigration } from './live-migration.ts';
import type { Bench } from './measure.ts';
import { createPowerAgent } from './power-agent.ts';
import { createProcesses } from './processes.ts';
import { createPrometheusWriting } from './prometheus-writing.ts';
import { createScaleOut } from './scale-out.ts';
import { createSnapshotScrape } from './snapshot-scrape.ts';
import { createSoak } from './soak.ts';
import { createStartUp } from './start-up.ts';
import { createXmlReading } from './xml-reading.ts';

const totalTimeoutMs = 540_000;
/** Of each that is long. */
const longTimeoutMs = 900_000;

const benchesOf = (lab: Lab): readonly Bench[] => [
  createAgentPage(lab),
  createXmlReading(),
  createPrometheusWriting(),
  createFreshScrape(lab),
  createSnapshotScrape(lab),
  createPowerAgent(lab),
  createFrontEndCost(lab),
  createEnergyBench(lab),
  createEnergyReport(lab),
  createGuestsBench(lab),
  createEndToEnd(lab),
  createAuthBiscuit(lab),
  createHookStart(lab),
  createStartUp(lab),
  createLiveMigration(),
  createScaleOut(lab),
  createSoak(lab),
];

const runBench = async (bench: Bench): Promise<BenchResult> => {
  process.stdout.write(`\n${bench.name}\n`);
  try {
    const findings = await bench.run();
    process.stdout.write(formatTable(findings));
    return { bench, findings };
  } catch (thrown) {
    process.stdout.write(`FAILED: ${reasonOf(thrown)}\n`);
    return { bench, findings: [], failure: reasonOf(thrown) };
  }
};

const describeMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
  cores: cpus().length,
  node: process.version,
});

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    options: { write: { type: 'boolean' } },
    allowPositionals: true,
  });
  const processes = createProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'oneext-bench-'));
  let timer: NodeJS.Timeout | undefined;
  process.once('exit', processes.killAll);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      processes.killAll();
      process.kill(process.pid, signal);
    });
  }
  try {
    const benches = benchesOf(createLab({ processes, nextPort: createPorts(), folder }));
    const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
    if (unknown.length > 0)
      throw new Error(
        `no such bench: ${unknown.join(', ')}; there are ${benches.map(({ name }) => name).join(', ')}`,
      );
    const chosen = benches.filter(({ name, isLong }) =>
      positionals.length === 0 ? isLong === undefined : positionals.includes(name),
    );
    const long = chosen.filter(({ isLong }) => isLong).length;
    timer = setTimeout(processes.killAll, totalTimeoutMs + long * longTimeoutMs); // what waits for them fails then
    const results: BenchResult[] = [];
    for (const bench of chosen) results.push(await runBench(bench));
    process.stdout.write(`\n${formatMissed(results) || 'Every target was met.\n'}`);
    if (values.write === true)
      await writeFile('docs/benchmarks.md', formatDocument(describeMachine(), results));
    if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
  } finally {
    clearTimeout(timer);
    processes.killAll();
    await rm(folder, { recursive: true, force: true });
  }
};

main().catch((thrown: unknown) => {
  process.stderr.write(`bench: ${reasonOf(thrown)}\n`);
  process.exitCode = 1;
});

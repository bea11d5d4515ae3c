/** Real engines of time series that are filled with made samples: Prometheus and VictoriaMetrics. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type MadePage, timedSamples } from './made-hour.ts';
import { askUntil, type Sample, startPrometheus } from './prometheus.ts';
import { closedPort } from './raw-server.ts';

const run = promisify(execFile);

export interface Engine {
  /** What an instant query answers for that time, in seconds since 1970; the reason where it is refused. */
  readonly query: (expression: string, at: number) => Promise<readonly Sample[] | string>;
}

const asEngine = (base: string): Engine => ({
  async query(expression, at) {
    const parameters = new URLSearchParams({ query: expression, time: String(at), nocache: '1' });
    const answer = await fetch(`${base}/api/v1/query?${parameters}`);
    const body = (await answer.json()) as { data?: { result: readonly Sample[] }; error?: string };
    return body.data?.result ?? body.error ?? `HTTP status ${answer.status}`;
  },
});

/** Samples come into its storage as blocks. */
export const startFilledPrometheus = async (
  t: TestContext,
  folder: string,
  pages: readonly MadePage[],
): Promise<Engine> => {
  const input = path.join(folder, 'samples.om');
  writeFileSync(input, `${timedSamples(pages, (ms) => (ms / 1000).toFixed(3))}# EOF\n`);
  mkdirSync(path.join(folder, 'data'));
  await run('promtool', [...['tsdb', 'create-blocks-from', 'openmetrics'], input, path.join(folder, 'data')]);
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  const { base } = await startPrometheus(t, config, folder);
  await askUntil(base, 'status/buildinfo', () => true);
  return asEngine(base);
};

export const startFilledVictoriaMetrics = async (
  t: TestContext,
  folder: string,
  pages: readonly MadePage[],
): Promise<Engine> => {
  const base = `http://127.0.0.1:${await closedPort()}`;
  const child = spawn(
    'victoria-metrics',
    [
      `-storageDataPath=${path.join(folder, 'data')}`,
      `-httpListenAddr=${new URL(base).host}`,
      '-retentionPeriod=12',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.after(() => {
    child.kill('SIGTERM');
    return ended;
  });
  await askUntil(base, 'query?query=1', () => true);
  const body = timedSamples(pages, String);
  const answer = await fetch(`${base}/api/v1/import/prometheus`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`VictoriaMetrics takes no samples: HTTP status ${answer.status}`);
  await fetch(`${base}/internal/force_flush`);
  return asEngine(base);
};

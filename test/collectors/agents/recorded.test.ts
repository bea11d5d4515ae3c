/** Every recorded page of Kepler, Telegraf and node_exporter, one after another as the exporter would read them. */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { readAgentPages, shownVerdict } from '../../support/agent-pages.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';

interface Case {
  readonly pages: readonly { readonly page: string; readonly seconds: number }[];
  /** Of VMs, as host-installer/kepler-page adds them. */
  readonly pids?: Readonly<Record<string, number>>;
}

const folder = repositoryPath('test/collectors/agents/recorded');

const inWatts = (key: string, value: unknown): unknown =>
  key !== 'version' && typeof value === 'number' ? Math.round(value / 1e4) / 100 : value;

for (const name of readdirSync(folder)) {
  test(name, () => {
    const { pages, pids = {} } = JSON.parse(readFileSync(`${folder}/${name}/input.json`, 'utf8')) as Case;
    const map = Object.entries(pids)
      .map(([domain, pid]) => `oneext_vm_process_info{domain="${domain}",pid="${pid}"} 1\n`)
      .join('');
    const readings = readAgentPages(
      pages.map(({ page }) => readFileSync(repositoryPath('test/fixtures', page), 'utf8') + map),
      { times: pages.map(({ seconds }) => seconds) },
    );
    const shown = readings.map(({ agent, verdict, platform }, at) => ({
      page: pages[at]?.page,
      agent: agent?.name,
      ...(JSON.parse(JSON.stringify(shownVerdict(verdict), inWatts)) as object),
      ...(verdict.sound ? {} : { detail: verdict.detail }),
      ...(platform.length === 0 ? {} : { platform }),
    }));
    assertExpectedFile(`${folder}/${name}/expected.json`, `${JSON.stringify(shown, null, 2)}\n`);
  });
}

/** The power page in Debian's Chromium: with odd names, on a phone, in the dark, and while it is away. */
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import test, { after, type TestContext } from 'node:test';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type SimulationOptions, simulate } from '../../simulator/simulate.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { httpAnswer } from '../support/raw-server.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { recordedBody } from '../support/recordings.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** In a container Chromium has no sandbox of its own. */
const browser: Browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
after(() => browser.close());

const startCloud = async (t: TestContext, size: Partial<SimulationOptions> = {}, interval = '1s') => {
  const simulation = await simulate({
    hosts: 3,
    vms: 8,
    lifetimeSeconds: 90,
    migrationSeconds: 12,
    processes: 60,
    port: 0,
    agentsPort: 0,
    still: false,
    ...size,
  });
  t.after(simulation.close);
  const folder = path.join(temporaryFolder(t), 'energy');
  const start = async (port = 0): Promise<ExporterProcess> => {
    const exporter = await startExporter({
      endpoint: simulation.endpoint,
      credentials: 'oneadmin:opennebula',
      flags: [
        `--web.listen-address=127.0.0.1:${port}`,
        `--power.agent-url=${simulation.agentUrl}`,
        '--no-collector.server',
        `--energy.directory=${folder}`,
        `--energy.interval=${interval}`,
      ],
    });
    t.after(exporter.end);
    return exporter;
  };
  return { start };
};

/** A page; whatever it complains of fails the test. */
const openPage = async (t: TestContext, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  return { page, complaints, asked };
};

const untilLive = async (page: Page): Promise<void> => {
  await page.locator('#live', { hasText: 'The page is live.' }).waitFor();
};

const violations = async (page: Page): Promise<readonly string[]> =>
  page.evaluate(
    `${axe.source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
  );

const settings: Readonly<Record<string, BrowserContextOptions>> = {
  'in the light': { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  'in the dark': { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  'on a phone': { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
};

test('the page is live, and axe finds nothing in it, in the light, in the dark and on a phone', async (t) => {
  const { start } = await startCloud(t);
  const { url } = await start();
  for (const [name, options] of Object.entries(settings)) {
    const { page, complaints, asked } = await openPage(t, options);
    await page.goto(url);
    await untilLive(page);
    await page.waitForSelector('.uplot canvas');
    assert.deepEqual(await violations(page), [], name);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name);
    assert.deepEqual(complaints, [], name);
    assert.deepEqual([...new Set(asked)], [new URL(url).host], name);
  }
});

test('without a script the page sorts, filters and shows the last hour', async (t) => {
  const { start } = await startCloud(t);
  const { url } = await start();
  const { page } = await openPage(t, { javaScriptEnabled: false });
  await page.goto(`${url}/power`);
  assert.equal(await page.locator('#chart svg[role=img]').count(), 1);
  await page.getByRole('link', { name: 'ID', exact: true }).first().click();
  assert.match(page.url(), /\?sort=id#vms$/);
  assert.equal(await page.locator('#vms-rows tr td').first().textContent(), '0');
  await page.getByLabel('Owner', { exact: true }).fill('user1');
  await page.getByRole('button', { name: 'Show' }).click();
  assert.match(page.url(), /owner=user1/);
  assert.match(page.url(), /sort=id/);
  for (const owner of await page.locator('#vms-rows tr td:nth-child(3)').allTextContents())
    assert.equal(owner, 'user1');
});

test('the keyboard reaches what can be done, and stays where it is while the page is live', async (t) => {
  const { start } = await startCloud(t);
  const { url } = await start();
  const { page } = await openPage(t);
  await page.goto(url);
  await untilLive(page);
  const link = page.getByRole('link', { name: 'Watts', exact: true }).first();
  await link.focus();
  const rows = await page.evaluate<string>('document.body.dataset.rows');
  await page.locator(`body:not([data-rows="${rows}"])`).waitFor();
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Watts');
  await page.keyboard.press('Enter');
  await page.waitForURL(/order=asc/);
});

test('odd names act neither upon the page nor upon what stands around them', async (t) => {
  const names = [
    '<script>document.title = "taken"</script>',
    '"><img src=x onerror="document.title = \'taken\'">',
    '\u202eright to left',
    'bell \u0007 and escape \u001b[31m',
    'مرحبا 日本',
    '=1+1',
    `long-${'x'.repeat(120)}`,
  ];
  const inDocument = (name: string): string => name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  let at = 0;
  const pool = recordedBody('vmpool.info-notdone')
    .toString('utf8')
    .replaceAll(/(?<=&lt;\/GNAME&gt;&lt;NAME&gt;).*?(?=&lt;\/NAME&gt;)/g, (name) => {
      const odd = names[at++];
      return odd === undefined ? name : `&lt;![CDATA[${inDocument(odd)}]]&gt;`;
    });
  const frontEnd = await startRecordedFrontEnd((method) =>
    method.startsWith('one.vmpool.info') ? { bytes: httpAnswer('200 OK', pool) } : undefined,
  );
  t.after(frontEnd.close);
  const exporter = await startExporter({ endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2` });
  t.after(exporter.end);
  const { page, complaints } = await openPage(t, settings['on a phone']);
  await page.goto(`${exporter.url}/?sort=name`);
  await untilLive(page);
  const shown = await page.locator('#vms-rows th bdi').allTextContents();
  assert.ok(at >= names.length, String(at));
  for (const name of ['<script>', '"><img', '\u{fffd}right to left', 'bell', 'مرحبا 日本', '=1+1', 'long-'])
    assert.ok(
      shown.some((one) => one.startsWith(name)),
      `${name} in ${shown.join('\n')}`,
    );
  assert.equal(await page.title(), 'Power of the cloud');
  assert.equal(await page.locator('#vms-rows img').count(), 0);
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

/** The bytes of an answer as they are sent, zipped where they may be; up to its end, or to that of the first event. */
const bytesOf = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      const isEvents = answer.headers['content-type']?.startsWith('text/event-stream') === true;
      let text = '';
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (isEvents) text += chunk.toString('utf8');
        if (!/\n\n$/.test(text)) return;
        resolve(bytes);
        request.destroy();
      });
      answer.on('end', () => resolve(bytes));
      answer.on('error', reject);
    });
    request.on('error', reject);
  });

test('10,000 VMs: a thousand on a page, sorted and filtered by the exporter, in small answers', async (t) => {
  const large = { hosts: 50, vms: 10_000, lifetimeSeconds: 3600, processes: 20, still: true };
  const { start } = await startCloud(t, large, '15s');
  const { url } = await start();
  const { page, complaints } = await openPage(t, settings['in the light']);
  const address = '/power?size=1000&sort=name';
  page.setDefaultTimeout(120_000);
  await page.goto(`${url}${address}`);
  const rows = page.locator('#vms-rows tr');
  assert.equal(await rows.count(), 1000);
  const names = await page.locator('#vms-rows th bdi').allTextContents();
  assert.deepEqual(names, names.toSorted());
  assert.ok((await bytesOf(`${url}${address}`)) < 150_000);
  assert.ok((await bytesOf(`${url}/power/events?size=1000&sort=name`)) < 5000);
  await untilLive(page);
  await page.getByRole('navigation', { name: 'Pages of VMs' }).getByRole('link', { name: 'Next' }).click();
  await page.waitForURL(/page=2/);
  assert.match(
    (await page.locator('nav[aria-label="Pages of VMs"] p').textContent()) ?? '',
    /^1001 to 2000 of /,
  );
  const [next = ''] = await page.locator('#vms-rows th bdi').allTextContents();
  assert.ok(next >= (names.at(-1) ?? ''));
  await page.getByLabel('Host', { exact: true }).fill('kvm007');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/host=kvm007/);
  const hosts = new Set(await page.locator('#vms-rows td:nth-child(5)').allTextContents());
  assert.deepEqual([...hosts], ['kvm007']);
  assert.deepEqual(complaints, []);
});

test('an exporter that is stopped is told, and one that is back is live again', async (t) => {
  const { start } = await startCloud(t);
  const exporter = await start();
  const { page } = await openPage(t);
  await page.goto(exporter.url);
  await untilLive(page);
  await exporter.end();
  await page.locator('#live', { hasText: 'does not answer' }).waitFor();
  await start(Number(new URL(exporter.url).port));
  await untilLive(page);
});

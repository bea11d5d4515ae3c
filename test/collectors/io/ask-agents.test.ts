/** Asking agents: how often, what of those that fail, and that nobody waits for those that hang. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { PowerAgent } from '../../../collectors/agents/agent.ts';
import { onepower } from '../../../collectors/agents/onepower.ts';
import { scaphandre } from '../../../collectors/agents/scaphandre.ts';
import { createAgentMemory } from '../../../collectors/io/agent-memory.ts';
import { createAgentAsker } from '../../../collectors/io/ask-agents.ts';
import { type Host, hostShape, parseHost } from '../../../lib/one/host.ts';
import { defaultSettings } from '../../support/documents.ts';
import { closedPort, httpAnswer, type RawAnswer, startRawServer } from '../../support/raw-server.ts';
import { readObjects, recordedDocument, recordedPage } from '../../support/recordings.ts';

const recordedHosts = readObjects(recordedDocument('hostpool.info'), 'HOST', hostShape, parseHost);
const hostAt = (id: number, powerAgentUrl: string, changes: Partial<Host> = {}): Host => {
  const [host] = recordedHosts;
  assert.ok(host !== undefined);
  return { ...host, id, hypervisor: 'kvm', state: 2, powerAgentUrl, ...changes };
};

const serve = async (t: TestContext, answer: (request: string) => RawAnswer) => {
  const server = await startRawServer(answer);
  t.after(server.close);
  return { server, url: `http://127.0.0.1:${server.port}/metrics` };
};

interface Asker {
  ask(hosts: readonly Host[]): Promise<Readonly<Record<number, string>>>;
  advance(ms: number): void;
  readonly changes: string[];
}

/** What each host's verdict is: `sound` or the reason. */
const createAsker = (timeoutMs = 300, memory = createAgentMemory()): Asker => {
  let offset = 0;
  const changes: string[] = [];
  const ask = createAgentAsker({
    memory,
    agents: [scaphandre],
    settings: {
      ...defaultSettings,
      'power.agent-url': ['http://{hostname}:1/metrics'],
      'power.agent-timeout': timeoutMs,
    },
    now: () => performance.now() + offset,
    onChange: (host, { verdict }) => changes.push(`${host.id} ${verdict.sound ? 'sound' : verdict.reason}`),
  });
  return {
    changes,
    advance(ms) {
      offset += ms;
    },
    ask: async (hosts) =>
      Object.fromEntries(
        [...(await ask(hosts))].map(([id, answers]) => [
          id,
          answers.map(({ verdict }) => (verdict.sound ? 'sound' : verdict.reason)).join(),
        ]),
      ),
  };
};

const page = recordedPage('scaphandre-1.0.3-small.prom');

test('every way to fail has its reason', async (t) => {
  const answers: readonly (readonly [string, RawAnswer])[] = [
    ['sound', { bytes: httpAnswer('200 OK', page) }],
    ['sound', { bytes: Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), page]) }],
    ['http_status', { bytes: httpAnswer('302 Found', '', 'Location: http://127.0.0.1:1/\r\n') }],
    ['http_status', { bytes: httpAnswer('500 Oops', page) }],
    ['empty_body', { bytes: httpAnswer('200 OK', '') }],
    ['not_an_agent_page', { bytes: httpAnswer('200 OK', '<html></html>') }],
    ['truncated', { bytes: httpAnswer('200 OK', page).subarray(0, 3000) }],
    ['truncated', { bytes: httpAnswer('200 OK', page).subarray(0, 3000), thenReset: true }],
    ['connection_failed', 'reset'],
    ['connection_failed', { bytes: 'SSH-2.0-OpenSSH_9.2\r\n' }],
    ['timeout', 'hang'],
    ['timeout', { bytes: httpAnswer('200 OK', page).subarray(0, 3000), thenHang: true }],
  ];
  const hosts: Host[] = [];
  for (const [id, [, answer]] of answers.entries())
    hosts.push(hostAt(id, (await serve(t, () => answer)).url));
  const [refused, badUrl] = [answers.length, answers.length + 1];
  hosts.push(hostAt(refused, `http://127.0.0.1:${await closedPort()}/metrics`), hostAt(badUrl, 'ftp://x/'));
  const expected = Object.fromEntries(answers.map(([reason], id) => [id, reason]));
  assert.deepEqual(await createAsker(2000).ask(hosts), {
    ...expected,
    [refused]: 'connection_failed',
    [badUrl]: 'bad_url',
  });
});

test('B8-agent: an answer that costs too much is refused, and nobody waits for that agent again', async (t) => {
  const large = { bytes: httpAnswer('200 OK', Buffer.alloc(100 * 1024 * 1024, 'x')) };
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const costly = { bytes: `${head}${'1\r\n\n\r\n'.repeat(11_000_000)}` };
  const [first, second] = [await serve(t, () => large), await serve(t, () => costly)];
  const asker = createAsker(60_000);
  const hosts = [hostAt(0, first.url), hostAt(1, second.url)];
  const expected = { 0: 'too_large', 1: 'too_costly' };
  assert.deepEqual(await asker.ask(hosts), expected);
  asker.advance(600_000);
  assert.deepEqual(await asker.ask(hosts), expected);
  assert.ok(first.server.requests.length === 1 && second.server.requests.length === 1, 'it did not wait');
});

test('A3-agent-url: a password that cannot be decoded costs its own host alone', async (t) => {
  const { url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  const hosts = [hostAt(0, 'http://prom:100%sure@127.0.0.1:1/metrics'), hostAt(1, url)];
  assert.deepEqual(await createAsker().ask(hosts), { 0: 'bad_url', 1: 'sound' });
});

test('an agent is asked once for a refresh and never more often than every five seconds', async (t) => {
  const { server, url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  const asker = createAsker();
  const hosts = [hostAt(0, url)];
  await Promise.all([asker.ask(hosts), asker.ask(hosts)]);
  await asker.ask(hosts);
  assert.equal(server.requests.length, 1);
  asker.advance(5000);
  await asker.ask(hosts);
  assert.equal(server.requests.length, 2);
});

test('an agent of our own is asked as often as the accounts want, and others are not', async (t) => {
  const ours = `onepower_info{version="1",meter="rapl"} 1
onepower_host_cpus 4
onepower_host_cpu_seconds_total{mode="all"} 400
onepower_zone_energy_joules_total{zone="package-0",counted="true"} 100
onepower_host_energy_joules_total 100
`;
  const { server, url } = await serve(t, (request) => ({
    bytes: httpAnswer('200 OK', request.startsWith('GET /ours') ? ours : page),
  }));
  let offset = 0;
  const ask = createAgentAsker({
    memory: createAgentMemory(),
    agents: [scaphandre, onepower],
    oftenMs: 800,
    settings: { ...defaultSettings, 'power.agent-url': [], 'power.agent-timeout': 5000 },
    now: () => offset,
    onChange: () => undefined,
  });
  const hosts = [hostAt(0, url), hostAt(1, url.replace('/metrics', '/ours'))];
  const askedOf = (path: string): number =>
    server.requests.filter((request) => request.startsWith(`GET ${path} `)).length;
  for (const at of [0, 1000, 2000, 2500, 3000, 4000, 5000]) {
    offset = at;
    await ask(hosts);
  }
  assert.deepEqual([askedOf('/metrics'), askedOf('/ours')], [2, 6]);
});

test('disabled hosts are asked, offline ones and those without KVM are not', async (t) => {
  const { url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  const hosts = [
    hostAt(0, url, { state: 4 }),
    hostAt(1, url, { state: 8 }),
    hostAt(2, url, { hypervisor: 'lxc' }),
    hostAt(3, url, { state: 3 }),
  ];
  assert.deepEqual(await createAsker().ask(hosts), { 0: 'sound', 3: 'sound' });
});

test('nobody waits a second time for an agent that hangs, and its recovery is seen', async (t) => {
  let release: (() => void) | undefined;
  const answers: (() => Promise<RawAnswer>)[] = [
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 1050)); // slow enough to count as hanging
      return 'reset';
    },
    async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { bytes: httpAnswer('200 OK', page) };
    },
  ];
  const server = await startRawServer(
    () => answers.shift()?.() ?? Promise.resolve({ bytes: httpAnswer('200 OK', page) }),
  );
  t.after(server.close);
  const asker = createAsker(60_000);
  const hosts = [hostAt(0, `http://127.0.0.1:${server.port}/metrics`)];
  assert.deepEqual(await asker.ask(hosts), { 0: 'connection_failed' });
  asker.advance(5000);
  assert.deepEqual(
    await asker.ask(hosts),
    { 0: 'connection_failed' },
    'returns although the agent does not answer',
  );
  while (release === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  release();
  while ((await asker.ask(hosts))[0] !== 'sound') {
    asker.advance(5000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(asker.changes.at(-1), '0 sound');
});

/** A second agent, as CONTRIBUTING.md has it: all that it needs is its own file. */
const otherAgent: PowerAgent = {
  name: 'other',
  metricPrefixes: ['other_'],
  defaultPort: 9,
  createPageReader: () => ({
    startPiece: () => undefined,
    readLine: () => undefined,
    finish: () => ({
      version: '7',
      problem: undefined,
      method: undefined,
      domains: [],
      hostPower: 5,
      socketCount: 1,
    }),
  }),
};

test('several agents of a host are asked, and each page is recognised by its metrics', async (t) => {
  const urls = await Promise.all(
    ['# HELP x y\nother_watts 1\n', page.toString(), 'kepler_x 1\n', 'other_watts 1', 'x\n\nscaph_'].map(
      async (text) => (await serve(t, () => ({ bytes: httpAnswer('200 OK', text) }))).url,
    ),
  );
  const ask = createAgentAsker({
    memory: createAgentMemory(),
    agents: [scaphandre, otherAgent],
    settings: { ...defaultSettings, 'power.agent-timeout': 2000 },
    now: () => performance.now(),
    onChange: () => undefined,
  });
  const answers = (await ask([hostAt(3, [...urls, 'ftp://x/', urls[0]].join('  '))])).get(3) ?? [];
  assert.deepEqual(
    answers.map(({ agent, verdict }) => `${agent} ${verdict.sound ? verdict.version : verdict.reason}`),
    [
      'other 7',
      'scaphandre 1.02',
      'scaphandre not_an_agent_page',
      'other 7',
      'scaphandre rapl_unreadable',
      'scaphandre bad_url',
    ],
  );
});

test('an answer that is no page is that of who answered there last', async (t) => {
  const bodies = ['other_watts 1\n', ''];
  const { url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', bodies.shift() ?? '') }));
  let offset = 0;
  const ask = createAgentAsker({
    memory: createAgentMemory(),
    agents: [scaphandre, otherAgent],
    settings: { ...defaultSettings, 'power.agent-url': [url], 'power.agent-timeout': 2000 },
    now: () => performance.now() + offset,
    onChange: () => undefined,
  });
  const host = { ...hostAt(3, ''), powerAgentUrl: undefined };
  await ask([host]);
  offset = 5000;
  const [answer] = (await ask([host])).get(3) ?? [];
  assert.deepEqual([answer?.agent, answer?.verdict.sound], ['other', false]);
});

test('hosts that share an agent share its answer, and it is asked once', async (t) => {
  const { server, url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  assert.deepEqual(await createAsker().ask([hostAt(0, url), hostAt(1, url)]), { 0: 'sound', 1: 'sound' });
  assert.equal(server.requests.length, 1);
});

test('a new POWER_AGENT_URL is used at once', async (t) => {
  const { url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  const asker = createAsker();
  assert.deepEqual(await asker.ask([hostAt(0, `http://127.0.0.1:${await closedPort()}/`)]), {
    0: 'connection_failed',
  });
  assert.deepEqual(await asker.ask([hostAt(0, url)]), { 0: 'sound' });
});

test('C10-remembered: another set of options goes on with what is known of the agents whose URL is the same', async (t) => {
  const [kept, hanging] = [
    await serve(t, () => ({ bytes: httpAnswer('200 OK', page) })),
    await serve(t, () => 'hang'),
  ];
  const memory = createAgentMemory();
  const hosts = [hostAt(0, kept.url), hostAt(1, hanging.url)];
  const before = createAsker(300, memory);
  assert.deepEqual(await before.ask(hosts), { 0: 'sound', 1: 'timeout' });
  const after = createAsker(400, memory);
  const moved = await serve(t, () => ({ bytes: httpAnswer('200 OK', page) }));
  assert.deepEqual(await after.ask([...hosts, hostAt(2, moved.url)]), {
    0: 'sound',
    1: 'timeout',
    2: 'sound',
  });
  assert.deepEqual(
    [kept, hanging, moved].map(({ server }) => server.requests.length),
    [1, 1, 1],
  );
  assert.deepEqual(after.changes, ['2 sound'], 'what was told is not told again');
});

/** An agent that counts: its first page has no power. */
const countingAgent: PowerAgent = {
  ...otherAgent,
  createPageReader: (settings) => ({
    ...otherAgent.createPageReader(settings),
    finish: (earlier, atSeconds) => ({
      ...otherAgent.createPageReader(settings).finish(undefined, atSeconds),
      problem: earlier === undefined ? { reason: 'first_reading', detail: '' } : undefined,
      counters: { seconds: atSeconds, hostJoules: 0, domains: new Map() },
    }),
  }),
};

test('C10-counters: another set of options goes on with the counters of agents', async (t) => {
  const { url } = await serve(t, () => ({ bytes: httpAnswer('200 OK', 'other_joules 1\n') }));
  const memory = createAgentMemory();
  const reasonAfter = async (ms: number): Promise<string> => {
    const ask = createAgentAsker({
      memory,
      agents: [countingAgent],
      settings: defaultSettings,
      now: () => performance.now() + ms,
      onChange: () => undefined,
    });
    const [answer] = (await ask([hostAt(3, url)])).get(3) ?? [];
    return answer?.verdict.sound === false ? answer.verdict.reason : 'sound';
  };
  assert.deepEqual([await reasonAfter(0), await reasonAfter(10_000)], ['first_reading', 'sound']);
});

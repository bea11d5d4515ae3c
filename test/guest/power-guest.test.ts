/** power-guest.sh: whom it asks, what it writes, and what it says when it has nothing. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { exists, type PowerGuest, startPowerGuest } from '../support/power-guest.ts';

interface FrontEndAnswer {
  readonly status: number;
  readonly body: string;
}

interface FrontEnd {
  readonly url: string;
  /** What is answered from now on; `undefined` keeps who asks waiting. */
  answer: FrontEndAnswer | undefined;
  /** Resolves when a request has ended without an answer. */
  left(): Promise<void>;
  /** Resolves when that many requests more have come. */
  asked(more: number): Promise<void>;
  readonly headers: http.IncomingHttpHeaders[];
}

const powerOf = (joules: number, watts: number): FrontEndAnswer => ({
  status: 200,
  body: `${JSON.stringify({ watts, joules, time: 1764282000.1, resolution_seconds: 1 })}\n`,
});

const startFrontEnd = async (t: TestContext, answer: FrontEnd['answer']): Promise<FrontEnd> => {
  const headers: http.IncomingHttpHeaders[] = [];
  let onAsked = (): void => undefined;
  let onLeft = (): void => undefined;
  const server = http.createServer((request, response) => {
    headers.push(request.headers);
    onAsked();
    request.socket.once('close', () => onLeft());
    if (frontEnd.answer === undefined) return;
    response.writeHead(request.url === '/power.json' ? frontEnd.answer.status : 404);
    response.end(frontEnd.answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const frontEnd: FrontEnd = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    headers,
    left: () =>
      new Promise((resolve) => {
        onLeft = resolve;
      }),
    asked(more) {
      const until = headers.length + more;
      return new Promise((resolve) => {
        onAsked = () => {
          if (headers.length >= until) resolve();
        };
      });
    },
  };
  return frontEnd;
};

const token = '5G/Ba+FWdmVc/UgKKf0JMQ==';

for (const client of ['curl', 'wget', 'wget2'] as const)
  test(`the tree as Scaphandre and Kepler read it, with ${client}`, async (t) => {
    const frontEnd = await startFrontEnd(t, powerOf(94312.117, 12.5));
    const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '524', token, client });
    await guest.said(/follows VM 524/);
    const { 'x-onegate-token': given, 'x-onegate-vmid': vmId } = frontEnd.headers[0] ?? {};
    assert.deepEqual([given, vmId], [token, '524']);
    assert.equal(guest.file('name'), 'package-0\n');
    assert.equal(guest.file('max_energy_range_uj'), '0\n');
    assert.equal(guest.file('energy_uj'), '94312117000\n');
    assert.equal(await guest.end(), 0);
    assert.equal(await exists(path.join(guest.tree, '.pull')), false);
    assert.doesNotMatch(guest.log(), /5G/);
  });

test('the counter never falls and never passes the truth, for a reader in a tight loop, over new accounts and a restart', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(0.999, 40));
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/follows/);
  let last = 0;
  /** Reads as fast as it can, until the counter has reached a value. */
  const readUntil = async (reader: PowerGuest, isThere: (value: number) => boolean, most: number) => {
    let isOver = false;
    void reader.ended.then(() => {
      isOver = true;
    });
    while (!isThere(last)) {
      assert.ok(!isOver, reader.log());
      for (let read = 0; read < 1000; read += 1) {
        const text = readFileSync(path.join(reader.zone, 'energy_uj'), 'latin1');
        const value = Number(text);
        assert.ok(/^[1-9]\d*\n?$/.test(text) && value >= last, `${JSON.stringify(text)} after ${last}`);
        last = value;
      }
      assert.ok(last <= most, `${last} of ${most}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  for (const joules of [1, 61, 121]) {
    frontEnd.answer = powerOf(joules, 40);
    await readUntil(guest, (value) => value === joules * 1e6, joules * 1e6);
  }
  frontEnd.answer = powerOf(0, 40); // accounts that began anew
  await frontEnd.asked(2);
  frontEnd.answer = powerOf(30, 40);
  await readUntil(guest, (value) => value === 151e6, 151e6);
  await guest.end();
  const again = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token, tree: guest.tree });
  await again.said(/follows/);
  frontEnd.answer = powerOf(40, 40);
  await readUntil(again, (value) => value === 161e6, 161e6);
});

test('the first value is whole from its first moment', async (t) => {
  const frontEnd = await startFrontEnd(t, { status: 503, body: 'starting\n' });
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/not measured/);
  frontEnd.answer = powerOf(7, 1);
  for (let text = ''; text === ''; ) {
    for (let read = 0; read < 1000 && text === ''; read += 1) {
      try {
        text = readFileSync(path.join(guest.zone, 'energy_uj'), 'latin1');
        assert.equal(text, '7000000\n');
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('it ends at once while the front-end keeps it waiting, and leaves nothing behind', async (t) => {
  for (const client of ['curl', 'wget', 'wget2'] as const) {
    const frontEnd = await startFrontEnd(t, undefined);
    const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token, client });
    await frontEnd.asked(1);
    const gone = frontEnd.left();
    assert.equal(await guest.end(), 0, guest.log());
    await gone;
    assert.equal(await exists(path.join(guest.tree, '.pull')), false);
  }
});

test('two runs on one tree: one waits until the other ends, and goes on from its counter', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(5, 1));
  const startOn = (tree?: string): PowerGuest =>
    startPowerGuest(t, { url: frontEnd.url, vmId: '8', token, ...(tree === undefined ? {} : { tree }) });
  const first = startOn();
  await first.said(/follows/);
  const second = startOn(first.tree);
  await second.said(/another power-guest\.sh keeps \S+: this one waits until it ends\n$/);
  frontEnd.answer = powerOf(3, 1); // as of accounts that began anew
  await first.end();
  await second.said(/follows/);
  assert.equal(second.file('energy_uj'), '5000000\n');
});

test('what a run that was killed has left does not stop the next one', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(1, 1));
  const { tree, said, kill } = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await said(/follows/);
  await kill();
  const next = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token, tree });
  await next.said(/follows/);
  assert.doesNotMatch(next.log(), /another/);
});

test('a run whose place another has taken ends, and writes nothing more', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(1, 1));
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/follows/);
  frontEnd.answer = powerOf(99, 99);
  let isOver = false;
  while (!isOver) {
    // Again, if it wrote just then.
    writeFileSync(path.join(guest.tree, '.pull/keeper'), 'of-another 1\n');
    isOver = await Promise.race([guest.ended.then(() => true), frontEnd.asked(1).then(() => false)]);
  }
  assert.equal(await guest.ended, 1);
  assert.match(guest.log(), /another power-guest\.sh keeps \S+ now\n$/);
  assert.equal(readFileSync(path.join(guest.tree, '.pull/keeper'), 'utf8'), 'of-another 1\n');
});

test('until when the counter is known is told beside it', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(1, 1));
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/follows/);
  const until = Number(readFileSync(path.join(guest.tree, 'known_until'), 'utf8'));
  const uptime = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]);
  assert.ok(until > uptime && until <= uptime + 23, `${until} at ${uptime}`);
});

test('lines of a start script that look like the context do not take its place', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(1, 1));
  const startScript = `#!/bin/sh
VMID=$(cat /vmid)
TOKENTXT=$(cat /mnt/token.txt)
ONEGATE_TOKEN=$TOKENTXT
ONEGATE_ENDPOINT=$2
VMID=7
`;
  for (const oneEnv of [
    `export ONEGATE_ENDPOINT="${frontEnd.url}"\nexport START_SCRIPT="${startScript}"\nexport TOKENTXT="${token}"\nexport VMID="8"\n`,
    `START_SCRIPT='${startScript}'\nTOKENTXT='${token}'\nVMID='8'\n`,
    `TOKENTXT=${token}\nVMID=8\nSTART_SCRIPT="${startScript.replace('VMID=7\n', '')}"\n`,
  ])
    await startPowerGuest(t, { url: frontEnd.url, vmId: '', token: '', oneEnv }).said(/follows VM 8/);
  assert.ok(frontEnd.headers.every((given) => given['x-onegate-token'] === token));
});

test('a reason that differs in a time alone is told once, another status again', async (t) => {
  const frontEnd = await startFrontEnd(t, { status: 503, body: 'no_reading: read last 75 s ago\n' });
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/75 s ago/);
  frontEnd.answer = { status: 503, body: 'no_reading: read last 85 s ago\n' };
  await frontEnd.asked(2);
  frontEnd.answer = { status: 404, body: 'Not found\n' };
  await guest.said(/answered 404/);
  frontEnd.answer = { status: 500, body: 'Not found\n' };
  await guest.said(/answered 500/);
  assert.doesNotMatch(guest.log(), /85 s/);
});

test('0 joules are shown as 1 microjoule: a counter of 0 is none', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(0, 0));
  const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token });
  await guest.said(/follows/);
  assert.equal(guest.file('energy_uj'), '1\n');
});

test('what the front-end says is told once, and there is no counter before there is a value', async (t) => {
  const frontEnd = await startFrontEnd(t, { status: 503, body: 'agent_unsound: no sound answer\n' });
  for (const client of ['curl', 'wget'] as const) {
    const guest = startPowerGuest(t, { url: frontEnd.url, vmId: '8', token, client });
    await guest.said(/not measured now \(503\): agent_unsound: no sound answer/);
    assert.equal(await exists(path.join(guest.zone, 'energy_uj')), false);
    await frontEnd.asked(2);
    assert.equal(guest.log().match(/not measured/g)?.length, 1);
    await guest.end();
  }
  frontEnd.answer = { status: 401, body: 'Not authorized\n' };
  await startPowerGuest(t, { url: frontEnd.url, vmId: '8', token }).said(/refused the token of VM 8 \(401\)/);
  frontEnd.answer = { status: 200, body: '<html>' };
  await startPowerGuest(t, { url: frontEnd.url, vmId: '8', token }).said(/did not answer with the power/);
  await startPowerGuest(t, { url: 'http://127.0.0.1:1', vmId: '8', token }).said(/cannot reach http:\/\/127/);
});

test('a context that lacks something ends it with what is missing', async (t) => {
  for (const [oneEnv, expected] of [
    ['', /the context has no token/],
    [`export TOKENTXT="${token}"\n`, /no VMID/],
    [`TOKENTXT='$(reboot)'\nVMID=8\n`, /not base64/],
    [`TOKENTXT=${token}\nVMID='8'\n`, /no URL is known/],
  ] as const) {
    const guest = startPowerGuest(t, { url: '', vmId: '8', token, oneEnv });
    assert.equal(await guest.ended, 1);
    assert.match(guest.log(), expected);
  }
});

test('the URL follows from the context: its own variable, or where OneGate is', async (t) => {
  const frontEnd = await startFrontEnd(t, powerOf(1, 1));
  const known = `TOKENTXT=${token}\nVMID='8'\nONEGATE_ENDPOINT='http://127.0.0.1:5030'\n`;
  const named = `${known}POWER_GUEST_URL='${frontEnd.url}/'\n`;
  await startPowerGuest(t, { url: '', vmId: '', token, oneEnv: named }).said(/follows VM 8/);
  await startPowerGuest(t, { url: '', vmId: '', token, oneEnv: known }).said(/http:\/\/127\.0\.0\.1:9926/);
});

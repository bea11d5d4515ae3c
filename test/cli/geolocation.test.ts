/** `oneext geolocation sync` as an operator runs it, against a front-end whose hosts are older than the hook. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { formatTestHosts } from '../support/cloud-documents.ts';
import { startLivingFrontEnd } from '../support/living-front-end.ts';
import { runProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('D4-hosts-from-before-the-install: sync sets GEOLOCATION once, and leaves out what is switched off', async (t) => {
  const folder = temporaryFolder(t);
  const file = (name: string): string => path.join(folder, name);
  const templates = new Map<number, string>();
  const hosts = [
    { id: 0, hostname: 'kvm0' },
    { id: 1, hostname: 'kvm1' },
    { id: 2, hostname: 'kvm2', state: 8 },
    { id: 3, hostname: 'unknown' },
  ];
  const { endpoint, calls } = await startLivingFrontEnd(t, (method, [id, text]) => {
    if (method === 'one.hostpool.info') return { document: formatTestHosts(hosts) };
    if (method === 'one.host.update') {
      const value = /^GEOLOCATION="(.*)"$/.exec(String(text))?.[1] ?? '';
      templates.set(Number(id), `<GEOLOCATION>${value}</GEOLOCATION>`);
      return { document: String(id) };
    }
    if (method !== 'one.host.info') return undefined;
    const found = hosts.filter((host) => host.id === id);
    const pool = formatTestHosts(found.map((host) => ({ ...host, template: templates.get(host.id) ?? '' })));
    return { document: pool.replaceAll(/<\/?HOST_POOL>/g, '') };
  });
  writeFileSync(file('one_auth'), 'oneadmin:labpass\n');
  writeFileSync(file('ssh'), '#!/bin/sh\necho "no route to host" >&2\nexit 255\n', { mode: 0o755 });
  const places = 'hosts: {kvm0: "59.3294,18.0687", kvm1: "40.4168,-3.7038", kvm2: "1.0,1.0"}';
  writeFileSync(file('oneext.yaml'), `geolocation:\n  static:\n    ${places}\n`);
  const run = (...options: readonly string[]) =>
    runProgram('dist/oneext', {
      argv: ['geolocation', 'sync', ...options, `--config.file=${file('oneext.yaml')}`],
      env: { PATH: `${folder}:/usr/bin:/bin`, ONE_AUTH: file('one_auth'), ONE_XMLRPC: endpoint },
    });
  const check = await run('--check');
  assert.equal(check.code, 10, 'D9: a check that found something to change');
  assert.match(check.stdout, /^host 0 .*: GEOLOCATION would be set to 59\.3294,18\.0687 from geolocation/m);
  assert.match(check.stderr, /GEOLOCATION of 2 hosts would change/);
  assert.equal(templates.size, 0);
  const first = await run();
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /^host 0 \("kvm0"\): GEOLOCATION set to 59\.3294,18\.0687 from geolocation\.static$/m,
  );
  assert.match(first.stdout, /^host 1 .* set to 40\.4168,-3\.7038/m);
  assert.match(first.stdout, /^host 3 .*: nothing known, GEOLOCATION stays as it is: .*no route to host/m);
  assert.deepEqual([...templates.keys()].sort(), [0, 1]);
  const second = await run();
  assert.match(second.stdout, /^host 0 .*: GEOLOCATION is 59\.3294,18\.0687 already$/m);
  assert.equal(calls.filter((call) => call.startsWith('one.host.update')).length, 2, 'twice is once');
  assert.equal((await run('--check')).code, 0);
});

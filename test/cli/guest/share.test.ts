/** `oneext guest share` and `unshare`: what OpenNebula is asked to change. */
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const host = (id: number, name: string): string =>
  `<HOST><ID>${id}</ID><NAME>${name}</NAME><STATE>2</STATE><VM_MAD>kvm</VM_MAD><IM_MAD>kvm</IM_MAD></HOST>`;
const vmOf = (id: number, state: number, raw = ''): string =>
  `<VM><ID>${id}</ID><STATE>${state}</STATE><DEPLOY_ID></DEPLOY_ID><TEMPLATE>${raw}</TEMPLATE></VM>`;
const oldRaw = `<RAW><DATA><![CDATA[<devices><serial type="pty"/></devices>]]></DATA><TYPE><![CDATA[kvm]]></TYPE></RAW>`;

/** @param libvirt what hypervisors have, by name */
const startCloud = async (t: TestContext, libvirt: Readonly<Record<string, string>>) => {
  const vms = new Map([
    [7, vmOf(7, 8)],
    [8, vmOf(8, 2, oldRaw)],
    [9, vmOf(9, 3)],
  ]);
  const updates: unknown[][] = [];
  const { endpoint } = await startLivingFrontEnd(t, (method, parameters) => {
    if (method === 'one.hostpool.info')
      return {
        document: `<HOST_POOL>${Object.keys(libvirt)
          .map((name, id) => host(id, name))
          .join('')}</HOST_POOL>`,
      };
    if (method === 'one.vm.info') {
      const document = vms.get(Number(parameters[0]));
      return document === undefined ? { errorCode: 1024, message: 'no such VM' } : { document };
    }
    if (method !== 'one.vm.updateconf') return undefined;
    updates.push([...parameters]);
    const data = /DATA="((?:[^"\\]|\\.)*)"/.exec(String(parameters[1]))?.[1]?.replaceAll('\\"', '"') ?? '';
    const validate = /VALIDATE="(\w*)"/.exec(String(parameters[1]))?.[1] ?? '';
    const id = Number(parameters[0]);
    vms.set(
      id,
      vmOf(
        id,
        8,
        `<RAW><DATA><![CDATA[${data}]]></DATA><TYPE>kvm</TYPE><VALIDATE>${validate}</VALIDATE></RAW>`,
      ),
    );
    return { document: String(id) };
  });
  const folder = temporaryFolder(t);
  const auth = path.join(folder, 'one_auth');
  writeFileSync(auth, 'oneadmin:labpass\n');
  const cases = Object.entries(libvirt).map(([name, version]) =>
    version === '' ? `${name}) exit 255 ;;` : `${name}) echo 'Running against daemon: ${version}' ;;`,
  );
  // Hypervisors of a name each, which tell what they have.
  const ssh = `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\ncase $2 in ${cases.join('\n')} esac\n`;
  writeFileSync(path.join(folder, 'ssh'), ssh, { mode: 0o755 });
  for (const tool of ['sh']) symlinkSync(`/bin/${tool}`, path.join(folder, tool));
  const run = (...argv: readonly string[]) =>
    runProgram('dist/oneext', {
      argv: ['guest', ...argv],
      env: { PATH: `${folder}:/usr/bin:/bin`, ONE_AUTH: auth, ONE_XMLRPC: endpoint },
    });
  return { run, updates };
};

test('virtiofs where every hypervisor has libvirt 11, with what stood in RAW; unshare brings it back', async (t) => {
  const { run, updates } = await startCloud(t, { kvm1: '11.3.0', kvm2: '12.0.0' });
  assert.equal((await run('share', '8', '--check')).code, 10);
  assert.equal(updates.length, 0);
  const shared = await run('share', '7', '8');
  assert.equal(shared.code, 0, shared.stderr);
  assert.match(
    shared.stdout,
    /^VM 7: has \/var\/lib\/libvirt\/scaphandre\/one-7 by virtiofs, with the tag scaphandre, from its next start on$/m,
  );
  assert.deepEqual(
    updates.map(([id, , append]) => [id, append]),
    [
      [7, 1],
      [8, 1],
    ],
  );
  assert.match(
    String(updates[1]?.[1]),
    /^RAW=\[TYPE="kvm",DATA="<devices><serial type=\\"pty\\"\/><\/devices><!--.*one-8.*-->",VALIDATE="NO"\]$/,
  );
  assert.match((await run('share', '8')).stdout, /nothing is changed/);
  assert.equal(updates.length, 2);
  assert.equal((await run('unshare', '8')).code, 0);
  assert.equal(
    updates[2]?.[1],
    'RAW=[TYPE="kvm",DATA="<devices><serial type=\\"pty\\"/></devices>",VALIDATE="YES"]',
  );
  assert.match((await run('unshare', '8')).stdout, /has no share of oneext; nothing is changed/);
  assert.equal(updates.length, 3);
});

test('9p where a hypervisor is older or does not say, and virtiofs is refused there', async (t) => {
  for (const [libvirt, says] of [
    [{ kvm1: '11.3.0', kvm2: '9.0.0' }, /before libvirt 11, and older are kvm2 \(9\)/],
    [{ kvm1: '11.3.0', kvm2: '' }, /version of libvirt is not known on kvm2/],
  ] as const) {
    const { run, updates } = await startCloud(t, libvirt);
    const shared = await run('share', '7');
    assert.equal(shared.code, 0, shared.stderr);
    assert.match(shared.stdout, /by 9p/);
    assert.match(shared.stderr, says);
    assert.match(String(updates[0]?.[1]), /accessmode='mapped'[^[]*"\]$/);
    const refused = await run('share', '7', '--filesystem', 'virtiofs');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, says);
    assert.equal(updates.length, 1);
  }
});

test('a VM that cannot be changed is named, and the others are changed', async (t) => {
  const { run, updates } = await startCloud(t, { kvm1: '11.3.0' });
  const { code, stderr, stdout } = await run('share', '9', '99', '7');
  assert.equal(code, 1);
  assert.match(stderr, /2 VM\(s\) could not be changed: VM 9: it must be in HOLD, .*; VM 99: /);
  assert.match(stdout, /^VM 7: has /);
  assert.equal(updates.length, 1);
  assert.equal((await run('share')).code, 2);
  assert.equal((await run('share', 'seven')).code, 2);
  assert.equal((await run('share', '7', '--folder', "/a'b")).code, 2);
});

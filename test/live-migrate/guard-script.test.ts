import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { driverScript, guardFolder, guardScript } from '../../live-migrate/guard-script.ts';
import { readGuardSession } from '../../live-migrate/guard-session.ts';
import { virshShim } from '../../live-migrate/virsh-shim.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('the scripts for hosts are correct shell', () => {
  for (const script of [guardScript, driverScript]) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});

test('the driver without a tunnel gets its words, the document alone, and keeps its status', () => {
  const driver = 'printf "%s:" "$@"; cat; exit 9';
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', driverScript, 'migrate_tunnel', '8', 'sh', '-c', driver, 'driver', 'one-42', 'a b'],
    { input: 'documentand more', encoding: 'utf8' },
  );
  assert.deepEqual([status, stdout, stderr], [9, 'started\nended 9\n', 'one-42:a b:document']);
});

test('the driver in a tunnel gets its words, the document alone, and the umask and status that it has without one', () => {
  const driver = 'printf "%s:" "$@"; umask; cat; exit 9';
  const words = [
    virshShim,
    '198.18.0.170',
    '15',
    '8',
    '99999999',
    'sh',
    '-c',
    driver,
    'driver',
    'one-42',
    'a b',
  ];
  for (const mask of ['0022', '0077', '0002']) {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `umask ${mask}; exec sh -c "$@"`, '-', guardScript, 'migrate_tunnel', ...words],
      { input: 'documentand more', encoding: 'utf8' },
    );
    assert.deepEqual([status, stdout], [9, 'started\nended 9\n'], stderr);
    assert.ok(stderr.startsWith(`one-42:a b:${mask}\ndocument`), stderr);
  }
});

/** Runs the guard where something is broken before it starts, with a driver that prints what it is given. */
const runBroken = (breakIt: string, searchPath = '') => {
  const document = 'document '.repeat(500);
  const vmId = `9${process.pid}`;
  const words = [virshShim, '198.18.0.170', '15', String(document.length), vmId];
  const guard = ['-', guardScript, 'migrate_tunnel', ...words, 'sh', '-c', 'cat', 'driver', 'one-42'];
  const { stdout, stderr } = spawnSync('sh', ['-c', `${breakIt}exec sh -c "$@"`, ...guard], {
    input: document,
    encoding: 'utf8',
    env: { PATH: `${searchPath}/usr/bin:/bin` },
  });
  const left = readdirSync(path.dirname(guardFolder)).filter((name) =>
    name.startsWith(`${path.basename(guardFolder)}-${vmId}.`),
  );
  assert.deepEqual(left, [], 'a folder is left');
  return { session: readGuardSession(stdout), hasDocument: stderr.includes(document), stderr };
};

test('C11-a file that cannot be written any further, at whatever size: the driver is not started', () => {
  // As where the disk is full: what is beyond the limit is refused (EFBIG), and the program goes on.
  const refusals: (string | undefined)[] = [];
  for (let blocks = 0; refusals.at(-1) !== undefined || blocks === 0; blocks += 1) {
    const { session, hasDocument, stderr } = runBroken(`trap '' XFSZ; ulimit -f ${blocks}; `);
    refusals.push(session.refusal);
    assert.equal(hasDocument, session.refusal === undefined, `with ${blocks} blocks\n${stderr}`);
  }
  assert.ok(refusals.length > 5, `${refusals.length}: the shim and the document were cut at several places`);
});

for (const program of ['mktemp', 'mkdir', 'touch', 'sed', 'chmod', 'tail', 'head', 'wc']) {
  test(`C11-${program} fails: the driver is not started`, (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(path.join(folder, program), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { session, hasDocument, stderr } = runBroken('', `${folder}:`);
    assert.match(session.refusal ?? '', /cannot be written below|did not arrive complete/, stderr);
    assert.ok(!hasDocument);
  });
}

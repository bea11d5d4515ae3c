import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { driverScript, guardScript } from '../../live-migrate/guard-script.ts';
import { virshShim } from '../../live-migrate/virsh-shim.ts';

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

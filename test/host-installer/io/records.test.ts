/** What a run over many hosts leaves behind: its log, and the record that --resume reads. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { hostsError } from '../../../host-installer/errors.ts';
import { openLastRunFile, readLastRun } from '../../../host-installer/io/last-run-file.ts';
import { openRunLog } from '../../../host-installer/io/run-log.ts';
import type { LastRun } from '../../../host-installer/last-run.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const now = (): Date => new Date(Date.UTC(2026, 10, 21, 10, 15));
const fail = (text: string): void => assert.fail(text);

test('the log: appended to, for its group to read, with time and host', async (t) => {
  const file = path.join(temporaryFolder(t), 'hosts.log');
  for (const line of ['first', 'second']) {
    const log = await openRunLog(file, now, fail);
    log.write('kvm1', line);
    await log.close();
  }
  assert.equal(
    readFileSync(file, 'utf8'),
    '2026-11-21T10:15:00.000Z kvm1: first\n2026-11-21T10:15:00.000Z kvm1: second\n',
  );
  assert.equal(statSync(file).mode & 0o777 & ~0o640, 0);
});

test('the log: of a host that talks without end 4 MB are kept, of the others all', async (t) => {
  const file = path.join(temporaryFolder(t), 'hosts.log');
  const log = await openRunLog(file, now, fail);
  for (let at = 0; at < 3000; at += 1) log.write('odd', 'x'.repeat(2000));
  log.write('kvm1', 'heard');
  await log.close();
  const text = readFileSync(file, 'utf8');
  assert.ok(text.length < 4.5e6, `${text.length}`);
  assert.match(text, /no further output of this host is kept/);
  assert.match(text, /kvm1: heard\n$/);
});

test('the log: where it cannot be written, a warning says so and nothing else fails', async (t) => {
  const file = path.join(temporaryFolder(t), 'missing/hosts.log');
  const warnings: string[] = [];
  const log = await openRunLog(file, now, (text) => warnings.push(text));
  log.write('kvm1', 'line');
  await log.close();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /missing\/hosts\.log cannot be written: ENOENT/);
});

const runOf = (count: number): LastRun => ({
  version: '0.1.0',
  options: [],
  isOfAll: true,
  hosts: Array.from({ length: count }, (_, id) => ({
    id,
    name: `kvm${id}`,
    result: 'installed',
    detail: '',
    agent: {},
    seconds: 1,
  })),
});

test('the record: the last of what is written at the same time stands, in a folder that is made', async (t) => {
  const recordPath = path.join(temporaryFolder(t), 'state/hosts/last-run.json');
  assert.equal(await readLastRun(recordPath), undefined);
  const file = openLastRunFile(recordPath, fail);
  await Promise.all(Array.from({ length: 50 }, (_, at) => file.write(runOf(at))));
  assert.equal((await readLastRun(recordPath))?.hosts.length, 49);
});

test('the record: what cannot be written is told once, what cannot be read has a reason', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'state'), '');
  const warnings: string[] = [];
  const file = openLastRunFile(path.join(folder, 'state/last-run.json'), (text) => warnings.push(text));
  await file.write(runOf(1));
  await file.write(runOf(2));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^this run cannot be resumed: /);

  const odd = path.join(folder, 'odd.json');
  writeFileSync(odd, '{"version": 1}');
  mkdirSync(path.join(folder, 'folder'));
  for (const unreadable of [odd, path.join(folder, 'folder')]) {
    await assert.rejects(readLastRun(unreadable), (thrown) =>
      hostsError.is(thrown, 'HOSTS_STATE_UNREADABLE'),
    );
  }
});

/** Accounts of energy in a zone of three front-ends: whoever leads goes on, and no joule is counted twice. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import bcrypt from 'bcryptjs';
import { createSigner, parseCopy, signatureHeader } from '../../collectors/accounts/copy.ts';
import { startCountingCloud } from '../support/counting-cloud.ts';
import { type ExporterProcess, get } from '../support/exporter.ts';
import { joulesInLedger } from '../support/ledger-sums.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { startZone } from '../support/zone-lab.ts';

const energyOf = (page: string): number =>
  familyOf(page, 'opennebula_vm_energy_joules_total')['{one_vm_id="8"}'] ?? Number.NaN;
const copiedUpTo = (page: string): number =>
  familyOf(page, 'opennebula_energy_copy_timestamp_seconds')[''] ?? Number.NaN;
/** The first value that is shown and more than that. */
const shownAbove = async (exporter: ExporterProcess, joules: number): Promise<number> => {
  for (;;) {
    const energy = energyOf(await get(exporter));
    if (energy > joules) return energy;
  }
};
const showsNothing = async (exporter: ExporterProcess): Promise<void> => {
  while (!Number.isNaN(energyOf(await get(exporter)))) await new Promise((resolve) => setImmediate(resolve));
};
const logged = async (exporter: ExporterProcess, line: RegExp): Promise<void> => {
  while (!line.test(exporter.log())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('the leader is killed, returns, and is cut off: the next one goes on, and nothing is counted twice', async (t) => {
  const zone = await startZone(t);
  const first = await zone.start(0);
  const second = await zone.start(1);
  const third = await zone.start(2);
  let shown = await shownAbove(first, 0);
  assert.ok(Number.isNaN(energyOf(await get(second))));
  await logged(third, /copied from the leader/);
  const follower = await get(third);
  assert.ok(Number.isNaN(energyOf(follower)));
  assert.ok(copiedUpTo(follower) > 1_700_000_000);
  assert.ok(Number.isNaN(copiedUpTo(await get(first))));

  // Killed: the next leader has been elected before anybody knows it.
  await first.kill();
  zone.elect({ down: [0], leaders: [1], terms: [1, 2, 2] });
  const beforeTakeOver = shown;
  shown = await shownAbove(second, 0);
  assert.ok(shown >= beforeTakeOver, `${shown} after ${beforeTakeOver}`);
  assert.ok((await joulesInLedger(zone.folderOf(1), 8)) <= zone.joules());

  // Returned: it follows, and takes the copy of the one that leads now.
  zone.elect({ down: [], terms: [2, 2, 2] });
  const returned = await zone.start(0);
  await logged(returned, /copied from the leader/);
  assert.ok(Number.isNaN(energyOf(await get(returned))));

  // Cut off: it still takes itself for the leader, and the others have elected another.
  shown = await shownAbove(second, shown);
  zone.elect({ sides: [[1], [0, 2]], leaders: [0, 1], terms: [3, 2, 3] });
  await showsNothing(second);
  const beforeSplit = shown;
  shown = await shownAbove(returned, 0);
  assert.ok(shown >= beforeSplit, `${shown} after ${beforeSplit}`);
  assert.match(second.log(), /energy is not counted by this front-end.*only 1 of the 3 servers/);

  // Healed.
  zone.elect({ sides: [[0, 1, 2]], leaders: [0], terms: [3, 3, 3] });
  await logged(second, /copied from the leader/);
  await shownAbove(returned, shown);
  for (const exporter of [second, third, returned]) await exporter.end();
  const ledgers = await Promise.all(([0, 1, 2] as const).map((id) => joulesInLedger(zone.folderOf(id), 8)));
  const most = zone.joules();
  assert.ok(
    ledgers.every((joules) => joules > 0 && joules <= most),
    `${ledgers} of ${most}`,
  );
  assert.ok((ledgers[0] ?? 0) >= shown, `${ledgers} after ${shown}`);
  assert.deepEqual(
    readdirSync(zone.folderOf(2)).filter((name) => name === 'lock' || name === 'incoming'),
    [],
  );
  assert.ok(existsSync(path.join(zone.folderOf(2), 'accounts.tsv')));
});

test('the copy of another part of the hosts is refused, and the log says which part it is', async (t) => {
  const zone = await startZone(t);
  for (const id of [0, 1] as const) mkdirSync(zone.folderOf(id));
  await zone.start(0, '--shard=1/2');
  const follower = await zone.start(1, '--shard=2/2');
  await logged(
    follower,
    /cannot be copied.*counts the part 1\/2 of the hosts and this exporter the part 2\/2/,
  );
  assert.equal(copiedUpTo(await get(follower)), 0);
});

test('accounts are for those alone who know the credentials of OpenNebula, also where users need a password', async (t) => {
  const { start } = await startCountingCloud(t);
  const file = path.join(temporaryFolder(t), 'web.yml');
  writeFileSync(file, `basic_auth_users: {prom: ${bcrypt.hashSync('test', 4)}}\n`);
  const exporter = await start(`--web.config.file=${file}`);
  const statusOf = async (requestPath: string, signature?: string) => {
    const headers = signature === undefined ? {} : { [signatureHeader]: signature };
    const answer = await fetch(`${exporter.url}${requestPath}`, { headers });
    return { status: answer.status, body: await answer.text() };
  };
  const copy = '/energy/copy?server=1';
  const own = createSigner('oneadmin:labpass');
  const signedBy = (signer: typeof own, question: string): string =>
    signer.signQuestion(question, Date.now(), randomBytes(16).toString('hex'));
  assert.equal((await statusOf('/metrics')).status, 401);
  for (const question of [
    copy,
    '/energy/copy/day?name=2026-11-28.tsv&size=1',
    '/energy/copy/taken?server=1',
  ]) {
    assert.equal((await statusOf(question)).status, 403);
    assert.equal((await statusOf(question, signedBy(createSigner('oneadmin:other'), question))).status, 403);
  }
  let signature = signedBy(own, copy);
  let answer = await statusOf(copy, signature);
  while (answer.status === 404) {
    signature = signedBy(own, copy); // the folder is opened soon
    answer = await statusOf(copy, signature);
  }
  assert.equal(answer.status, 200);
  assert.equal(parseCopy(own.openAnswer(signature, answer.body) ?? '')?.term, 0);
  const outside = '/energy/copy/day?name=..%2Flock&size=9';
  assert.equal((await statusOf(outside, signedBy(own, outside))).status, 404);
});

/** The thread that compares passwords: real bcrypt in that of the exporter, and what happens when it ends. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import { createPasswordWorker } from '../../../lib/io/password-worker.ts';
import { repositoryPath } from '../../support/expected.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** As a server that listens does: the thread alone keeps no program alive. */
const stayAlive = (t: TestContext): void => {
  const timer = setInterval(() => undefined, 60_000);
  t.after(() => clearInterval(timer));
};

test('B1-worker: the exporter compares passwords in a thread; a hash that is none matches nothing', async (t) => {
  stayAlive(t);
  const compare = createPasswordWorker(repositoryPath('dist/password-thread.js'));
  const hash = bcrypt.hashSync('secret', 4);
  assert.equal(await compare('secret', hash), true);
  assert.equal(await compare('wrong', hash), false);
  assert.equal(await compare('secret', 'no hash'), false);
});

test('B1-worker: a thread that ends fails the comparison that it was at, and the next one starts another', async (t) => {
  stayAlive(t);
  const program = path.join(temporaryFolder(t), 'program.mjs');
  const end = 'if (password === "end") process.exit(1); if (password === "throw") throw new Error("broken");';
  writeFileSync(
    program,
    `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ password }) => { ${end} parentPort.postMessage(password === 'secret'); });`,
  );
  const compare = createPasswordWorker(program);
  for (const fatal of ['end', 'throw', 'end']) {
    assert.equal(await compare('secret', ''), true);
    await assert.rejects(compare(fatal, ''), fatal);
  }
  assert.equal(await compare('secret', ''), true);
});

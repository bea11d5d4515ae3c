import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeLiveMigrate, type LiveMigrateFacts } from '../../../cli/doctor/live-migrate.ts';
import { readOnedConf } from '../../../front-end-installer/oned-conf.ts';
import { linesOf, missing } from '../../support/verdicts.ts';

test('asked for or not, in place or not', () => {
  const conf = (text: string) => ({ value: readOnedConf(text) });
  const driver = (name: string, local: string): string =>
    `VM_MAD = [ NAME = "${name}", EXECUTABLE = "one_vmm_exec", ARGUMENTS = "-t 15 ${local} ${name}" ]\n`;
  const facts: LiveMigrateFacts = {
    onedConfFile: '/oned.conf',
    onedConf: conf(driver('kvm', '-l migrate=migrate_tunnel') + driver('qemu', '')),
    script: '/s',
    isInPlace: { value: true },
    sudo: undefined,
  };
  assert.deepEqual(linesOf(judgeLiveMigrate(facts)), [
    'ok: migrate=migrate_tunnel for kvm, not for qemu',
    'ok: in place',
  ]);
  assert.equal(judgeLiveMigrate({ ...facts, isInPlace: missing })[1]?.level, 'error');
  const unasked = { ...facts, onedConf: conf(driver('kvm', '')) };
  assert.deepEqual(
    judgeLiveMigrate({ ...unasked, isInPlace: missing }).map(({ level }) => level),
    ['skipped'],
  );
  // --only live-migrate alone would leave oned.conf as it is
  assert.match(judgeLiveMigrate(unasked)[0]?.next ?? '', /^oneext install --migrate-through-tunnel/);
});

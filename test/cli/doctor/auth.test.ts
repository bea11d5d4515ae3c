import assert from 'node:assert/strict';
import test from 'node:test';
import { type AuthFacts, judgeAuth } from '../../../cli/doctor/auth.ts';
import { readOnedConf } from '../../../front-end-installer/oned-conf.ts';
import { denied, linesOf, missing } from '../../support/verdicts.ts';

const authFacts: AuthFacts = {
  onedConfFile: '/etc/one/oned.conf',
  onedConf: {
    value: readOnedConf(
      'AUTH_MAD = [ AUTHN = "ssh,biscuit" ]\nAUTH_MAD_CONF = [ NAME = "biscuit", PASSWORD_CHANGE = "no", MAX_TOKEN_TIME = "0" ]\n',
    ),
  },
  runningDrivers: { value: 'ssh,x509,biscuit' },
  driver: '/r/auth/biscuit/authenticate',
  isInPlace: { value: true },
  siteChecks: { value: 0 },
  runs: {
    foreign: {
      value: {
        exitCode: 77,
        stdout: '',
        stderr: 'ERROR: biscuit: its signature does not verify with the public key',
      },
    },
    good: { value: { exitCode: 0, stdout: 'biscuit oneext-doctor 00ff\n', stderr: '' } },
  },
};

test('what the driver answers', () => {
  assert.deepEqual(
    judgeAuth(authFacts).map(({ level }) => level),
    ['ok', 'ok', 'ok'],
  );
  const withGood = (exitCode: number, stderr: string, siteChecks = 0) => {
    const good = { value: { exitCode, stdout: '', stderr } };
    const runs = { foreign: { value: { exitCode: 77, stdout: '', stderr } }, good };
    return judgeAuth({ ...authFacts, siteChecks: { value: siteChecks }, runs }).slice(1);
  };
  const refused = 'ERROR: biscuit: the token is refused: a check of biscuit.yaml does not hold';
  assert.deepEqual(
    withGood(77, refused, 1).map(({ level }) => level),
    ['error', 'ok'],
  );
  assert.deepEqual(
    withGood(77, refused, 0).map(({ level }) => level),
    ['error', 'error'],
  );
  const broken = 'ERROR: biscuit: node cannot be started';
  assert.match(
    linesOf(withGood(77, broken)).join(),
    /not for the reason expected: exit code 77.*node cannot be started/,
  );
});

test('not installed is no fault, unless oned.conf counts on it', () => {
  const facts = { ...authFacts, isInPlace: missing, runs: undefined };
  assert.deepEqual(linesOf(judgeAuth(facts)).at(-1), 'error: there is no such file');
  const without = { ...facts, onedConf: { value: readOnedConf('AUTH_MAD = [ AUTHN = "ssh" ]\n') } };
  assert.deepEqual(linesOf(judgeAuth(without)), ['skipped: the driver is not installed']);
  assert.equal(judgeAuth({ ...authFacts, onedConf: denied })[0]?.level, 'warning');
});

test('an oned that has not been restarted since oned.conf was changed', () => {
  const judgeRunning = (runningDrivers: AuthFacts['runningDrivers']) =>
    judgeAuth({ ...authFacts, runningDrivers }).filter(({ level }) => level !== 'ok');
  const [stale, ...others] = judgeRunning({ value: 'ssh,x509' });
  assert.deepEqual(others, []);
  assert.equal(stale?.next, 'systemctl restart opennebula');
  assert.equal(stale?.level, 'error');
  for (const fine of [{ value: undefined }, { value: 'biscuit' }, denied])
    assert.deepEqual(judgeRunning(fine), []);
});

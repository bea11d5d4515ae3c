import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeOne, type OneFacts } from '../../../cli/doctor/one.ts';

const oneFacts: OneFacts = {
  user: { uid: 9869, name: 'oneadmin' },
  auth: { value: { path: '/var/lib/one/.one/one_auth', mode: 0o100600 } },
  endpoint: { value: 'http://localhost:2633/RPC2' },
  version: { value: '7.4.0' },
  account: { value: { id: 0, name: 'oneadmin', groupIds: [0] } },
  hosts: { value: 2 },
  weakUsers: { value: [] },
};

test('users whose TOKEN_PASSWORD can be found by trying are named, with what makes it strong', () => {
  const last = (weakUsers: OneFacts['weakUsers']) => judgeOne({ ...oneFacts, weakUsers }).at(-1);
  const some = last({ value: ['oneadmin', 'al\nice', 'bob', 'carol', 'dan'] });
  assert.deepEqual([some?.level, some?.subject], ['warning', 'users']);
  assert.match(some?.message ?? '', /: oneadmin, al ?ice, bob and 2 more$/);
  assert.match(JSON.stringify(some), /oneext guest strengthen USER/);
  assert.equal(last({ value: [] })?.level, 'ok');
});

test('versions from 6.10 to 7.4 are supported', () => {
  for (const [text, isSupported] of [
    ['6.10.0', true],
    ['6.10.5', true],
    ['7.0.1', true],
    ['7.4.9', true],
    ['6.8.3', false],
    ['7.5.0', false],
    ['7.10.0', false],
    ['10.0.0', false],
    ['', false],
  ] as const) {
    const [, , verdict] = judgeOne({ ...oneFacts, version: { value: text } });
    assert.equal(verdict?.level, isSupported ? 'ok' : 'warning', text);
  }
});

test('who runs it is told, and what that means', () => {
  const level = (user: OneFacts['user']) => judgeOne({ ...oneFacts, user })[0]?.level;
  assert.deepEqual(
    [level({ uid: 9869, name: 'oneadmin' }), level({ uid: 0, name: 'root' }), level({ uid: 5, name: 'eve' })],
    ['ok', 'ok', 'warning'],
  );
});

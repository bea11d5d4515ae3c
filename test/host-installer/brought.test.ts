/** What oneext brings to a hypervisor besides host.sh, and what it sends of it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { answerWish, type Brought, formatBrought, machineOf } from '../../host-installer/brought.ts';

const brought: Brought = {
  option: '--onepower-archive',
  content: Buffer.from('0123456789'),
  sha256: 'ab'.repeat(32),
  machine: 'x86_64',
};

test('a host is told of what there is by its size, its digest and the machine that it is for', () => {
  assert.deepEqual(formatBrought(brought), ['--onepower-archive', `brought:10:${'ab'.repeat(32)}:x86_64`]);
  assert.deepEqual(['x64', 'arm64', 'riscv64'].map(machineOf), ['x86_64', 'aarch64', 'riscv64']);
});

test('whatever a host has already, it gets the rest', () => {
  fc.assert(
    fc.property(fc.nat(10), (offset) => {
      const rest = answerWish(`oneext-hosts: wants ${offset}`, brought)?.toString();
      assert.equal('0123456789'.slice(0, offset) + rest, '0123456789');
    }),
  );
});

test('a host that asks for nothing, or for what is not there, gets nothing', () => {
  for (const line of ['oneext-hosts: began', 'wants 3', 'oneext-hosts: wants -3', 'oneext-hosts: wants 3 4'])
    assert.equal(answerWish(line, brought), undefined);
  assert.equal(answerWish('oneext-hosts: wants 3', undefined), undefined);
  assert.equal(answerWish('oneext-hosts: wants 11', brought)?.length, 0);
});

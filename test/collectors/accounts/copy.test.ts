import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createSigner, formatCopy, isNewer, parseCopy, planCopy } from '../../../collectors/accounts/copy.ts';

const signer = createSigner('oneadmin:secret');
const nonce = '0123456789abcdef0123456789abcdef';
const now = 1_795_000_000_000;
const question = '/energy/copy?server=1';
const signed = signer.signQuestion(question, now, nonce);

test('a question is answered that was signed with the same credentials, for this path, and just now', () => {
  assert.equal(signer.judgeQuestion(question, signed, now + 200_000), signed);
  const others = createSigner('oneadmin:other');
  for (const [judge, path, header, at] of [
    [others, question, signed, now],
    [signer, '/energy/copy?server=2', signed, now],
    [signer, question, signed, now + 400_000],
    [signer, question, signed, now - 400_000],
    [signer, question, '', now],
    [signer, question, `${signed} `, now],
    [signer, question, signed.replace(nonce, nonce.replace('0', '1')), now],
  ] as const)
    assert.equal(judge.judgeQuestion(path, header, at), undefined);
  assert.doesNotMatch(signed, /secret/);
});

test('an answer is believed that was made for this question with the same credentials', () => {
  const sealed = signer.sealAnswer(signed, '{"a":1}\n');
  assert.equal(signer.openAnswer(signed, sealed), '{"a":1}\n');
  assert.equal(signer.openAnswer(signer.signQuestion(question, now + 1, nonce), sealed), undefined);
  assert.equal(createSigner('oneadmin:other').openAnswer(signed, sealed), undefined);
  assert.equal(signer.openAnswer(signed, sealed.replace('1}', '2}')), undefined);
  assert.equal(signer.openAnswer(signed, ''), undefined);
  assert.equal(signer.openAnswer(signed, '\n'), undefined);
  for (const odd of ['é', '\u{1f50b}', '\ud800', '\0'])
    assert.equal(signer.openAnswer(signed, odd.padStart(64, 'a') + sealed.slice(64)), undefined);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      assert.equal(signer.openAnswer(signed, `${text}\n{"a":1}\n`), undefined);
    }),
  );
});

const digest = 'a'.repeat(64);
test('copies are read as they were written; names that lead elsewhere, and all else, are refused', () => {
  const copy = {
    term: 3,
    at: now,
    shard: '2/5',
    sums: { 'accounts.tsv': 'at\t1\t0\n\\é\u0001', 'carbon.json': '{}\n' },
    days: [{ name: '2026-11-28.tsv.gz', size: 12, digest }],
  };
  assert.deepEqual(parseCopy(formatCopy(copy)), copy);
  assert.deepEqual(parseCopy(formatCopy(copy).replace('"shard":"2/5",', '')), { ...copy, shard: '1/1' });
  for (const text of [
    '',
    'null',
    '[]',
    formatCopy({ ...copy, sums: { '../accounts.tsv': '' } }),
    formatCopy({ ...copy, days: [{ name: '../2026-11-28.tsv', size: 1, digest }] }),
    formatCopy({ ...copy, days: [{ name: '2026-11-28.tsv', size: -1, digest }] }),
    formatCopy({ ...copy, days: [{ name: '2026-11-28.tsv', size: 1, digest: 'b' }] }),
    formatCopy({ ...copy, term: 1.5 }),
    formatCopy({ ...copy, shard: '' }),
    formatCopy({ ...copy, shard: '../1' }),
    formatCopy(copy).replace('"version":1', '"version":2'),
  ])
    assert.equal(parseCopy(text), undefined, text);
  fc.assert(fc.property(fc.string(), (text) => parseCopy(text) === undefined));
});

test('a later election is newer, whatever the clock says', () => {
  assert.ok(isNewer({ term: 2, at: 5 }, { term: 1, at: 9 }));
  assert.ok(isNewer({ term: 2, at: 6 }, { term: 2, at: 5 }));
  assert.ok(!isNewer({ term: 2, at: 5 }, { term: 2, at: 5 }));
});

test('what differs is fetched, and what the other does not have so gives way', () => {
  const day = (name: string, size: number) => ({ name, size, digest });
  const plan = planCopy(
    [day('2026-11-26.tsv.gz', 1), day('2026-11-27.tsv', 2), day('2026-11-28.tsv', 3)],
    [day('2026-11-26.tsv.gz', 1), day('2026-11-27.tsv.gz', 1), day('2026-11-28.tsv', 4)],
  );
  assert.deepEqual(
    plan.fetch.map(({ name }) => name),
    ['2026-11-27.tsv.gz', '2026-11-28.tsv'],
  );
  assert.deepEqual(
    plan.giveWay.map(({ name }) => name),
    ['2026-11-27.tsv', '2026-11-28.tsv'],
  );
});

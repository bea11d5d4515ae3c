/** OneGate's tokens: what is accepted, and that nothing else is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { VmWithAttributes } from '../../../collectors/collector.ts';
import { type GuestDirectory, identifyGuest } from '../../../collectors/guests/identify-guest.ts';
import { makeOneGateToken } from '../../../collectors/guests/onegate-token.ts';
import { parseUser, userShape } from '../../../lib/one/user.ts';
import { extendedVmShape, parseTokenUsers, parseVm } from '../../../lib/one/vm.ts';
import { repositoryPath } from '../../support/expected.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

interface TokenCase {
  readonly what: string;
  readonly vmid: string;
  readonly token: string;
  readonly accept: boolean;
}
interface TokenCases {
  readonly vms: Readonly<Record<string, { readonly stime: number; readonly createdBy: number }>>;
  readonly users: Readonly<Record<string, { readonly TOKEN_PASSWORD: string }>>;
  readonly cases: readonly TokenCase[];
}
const recorded = JSON.parse(
  readFileSync(repositoryPath('test/fixtures/guests/onegate-tokens.json'), 'utf8'),
) as TokenCases;

/** A VM as oned describes it. */
const vmOf = (id: number, changes: Partial<VmWithAttributes> = {}): VmWithAttributes => {
  const document = `<VM><ID>${id}</ID><UID>4</UID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><STIME>1764282000</STIME><TEMPLATE><CREATED_BY>3</CREATED_BY></TEMPLATE></VM>`;
  const [vm] = readObjects(Buffer.from(document), 'VM', extendedVmShape, (element) => {
    const read = parseVm(element);
    return read && { ...read, tokenUsers: parseTokenUsers(element) };
  });
  assert.ok(vm);
  return { ...vm, flavours: -1, exporter: undefined, previousHostId: undefined, ...changes };
};

const users: GuestDirectory['users'] = new Map(
  Object.entries(recorded.users).map(([id, { TOKEN_PASSWORD: tokenPassword }]) => [
    Number(id),
    { id: Number(id), name: `user${id}`, tokenPassword },
  ]),
);
const vms = Object.entries(recorded.vms).map(([id, { stime, createdBy }]) =>
  vmOf(Number(id), { startTime: String(stime), tokenUsers: { creatorId: createdBy, ownerId: createdBy } }),
);
const directoryOf = (list: readonly VmWithAttributes[], known = users): GuestDirectory => ({
  vms: new Map(list.map((vm) => [vm.id, vm])),
  users: known,
});
const judge = (vmId: string, token: string, directory = directoryOf(vms)): string => {
  const verdict = identifyGuest({ vmId, token }, directory);
  return verdict.kind === 'granted' ? String(verdict.vm.id) : verdict.kind;
};

for (const { what, vmid, token, accept } of recorded.cases)
  test(`a token ${what}: ${accept ? 'accepted' : 'refused'}`, () => {
    assert.equal(judge(vmid, token), accept ? vmid : 'denied');
  });

const good = '5G/Ba+FWdmVc/UgKKf0JMQ==';

test('a token with one bit changed is refused, in its text and in what that encodes', () => {
  for (const { vmid, token } of recorded.cases.filter((one) => one.accept && !one.token.endsWith('\n')))
    for (const [bytes, encode] of [
      [Buffer.from(token, 'base64'), (changed: Buffer) => changed.toString('base64')],
      [Buffer.from(token), (changed: Buffer) => changed.toString('latin1')],
    ] as const)
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(judge(vmid, encode(changed)), 'denied', `${vmid} ${bit}`);
      }
});

test('only the encoding that oned writes is accepted', () => {
  const lenient = [good.slice(0, -1), good.slice(0, -2), `${good}=`, ` ${good}`, `${good}\n\n`];
  const urlSafe = good.replaceAll('/', '_').replaceAll('+', '-');
  for (const token of [...lenient, urlSafe, good.replace('MQ==', 'MR=='), `${good}${'A'.repeat(4096)}`])
    assert.equal(judge('524', token), 'denied', token);
});

test('an id is accepted only as oned writes it', () => {
  for (const vmId of ['', '0524', '+524', '524 ', '5.24e2', '0x20c', '524, 524', '-1', '9'.repeat(40)])
    assert.equal(judge(vmId, good), 'denied', vmId);
});

test('law: a token opens its own VM and no other', () => {
  const ids = fc.uniqueArray(fc.nat(2_000_000), { minLength: 2, maxLength: 5 });
  const times = fc.array(fc.integer({ min: 1, max: 4_000_000_000 }), { minLength: 5, maxLength: 5 });
  const passwords = fc.array(fc.string({ minLength: 32, maxLength: 70, unit: 'grapheme-ascii' }), {
    minLength: 5,
    maxLength: 5,
  });
  fc.assert(
    fc.property(ids, times, passwords, (vmIds, startTimes, secrets) => {
      const list = vmIds.map((id, at) =>
        vmOf(id, { startTime: String(startTimes[at]), tokenUsers: { creatorId: at, ownerId: undefined } }),
      );
      const known = new Map(secrets.map((tokenPassword, id) => [id, { id, name: '', tokenPassword }]));
      const directory = directoryOf(list, known);
      for (const [at, vm] of list.entries()) {
        const token = makeOneGateToken(vm.id, vm.startTime ?? '', secrets[at] ?? '') ?? '';
        for (const other of list)
          assert.equal(judge(String(other.id), token, directory), other === vm ? String(vm.id) : 'denied');
      }
    }),
    { numRuns: 50 },
  );
});

test("where the creator is gone, the owner's password counts, as oned has it; a creator without one has no token", () => {
  const gone = directoryOf([vmOf(524, { tokenUsers: { creatorId: 99, ownerId: 3 } })]);
  assert.equal(judge('524', good, gone), '524');
  const withoutPassword = new Map([...users, [99, { id: 99, name: '', tokenPassword: undefined }] as const]);
  assert.equal(judge('524', good, directoryOf([...gone.vms.values()], withoutPassword)), 'denied');
  const noOwner = directoryOf([vmOf(524, { tokenUsers: { creatorId: 99, ownerId: undefined } })]);
  assert.equal(judge('524', good, noOwner), 'denied');
});

test('a token that was right is refused once its VM is gone, and once the id is that of another VM', () => {
  assert.equal(judge('524', good), '524');
  assert.equal(judge('524', good, directoryOf(vms.filter(({ id }) => id !== 524))), 'denied');
  assert.equal(judge('524', good, directoryOf([vmOf(524, { startTime: '1764282001' })])), 'denied');
});

test('of a password of which OneGate makes no key, there is no token', () => {
  assert.equal(makeOneGateToken(524, '1764282000', 'a'.repeat(31)), undefined);
  assert.equal(makeOneGateToken(524, '1764282000', `é${'a'.repeat(40)}`), undefined);
  const first = 'a'.repeat(32);
  assert.equal(makeOneGateToken(5, '1', `${first}b`), makeOneGateToken(5, '1', `${first}é`));
});

test('a changed password refuses the token that was made with the old one', () => {
  const tokenPassword = 'f'.repeat(64);
  assert.equal(
    judge('524', good, directoryOf(vms, new Map([[3, { id: 3, name: '', tokenPassword }]]))),
    'denied',
  );
});

test('a VM without a token in its context, without a start time, or whose attributes are not known', () => {
  assert.equal(judge('524', good, directoryOf([vmOf(524, { tokenUsers: undefined })])), 'denied');
  assert.equal(judge('524', good, directoryOf([vmOf(524, { startTime: undefined })])), 'denied');
  assert.equal(judge('524', good, directoryOf([vmOf(524, { flavours: undefined })])), 'unknown');
});

test('the recorded users', () => {
  const list = readObjects(recordedDocument('userpool.info'), 'USER', userShape, parseUser);
  assert.deepEqual(
    list.map(({ id, name, tokenPassword }) => [id, name, tokenPassword?.length]),
    [
      [1, 'serveradmin', 64],
      [0, 'oneadmin', 64],
    ],
  );
});

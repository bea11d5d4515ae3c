/**
 * Editing cases as folders: oned.conf as operators have it, what is read of it, and what an edit and a revert make
 * of it. Laws hold for all cases and for made ones.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import {
  editOnedConf,
  type OnedConfWanted,
  readOnedConf,
  revertOnedConf,
} from '../../front-end-installer/oned-conf.ts';
import type { EditResult } from '../../lib/text/text-edit.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';

const wanted = {
  authDriver: {
    name: 'biscuit',
    conf: new Map([
      ['PASSWORD_CHANGE', 'NO'],
      ['DRIVER_MANAGED_GROUPS', 'NO'],
      ['DRIVER_MANAGED_GROUP_ADMIN', 'NO'],
      ['MAX_TOKEN_TIME', '0'],
    ]),
  },
  localAction: { drivers: ['kvm', 'qemu'], action: 'migrate', script: 'migrate_tunnel' },
} satisfies OnedConfWanted;

const textOf = (edit: EditResult): string => {
  assert.equal(edit.kind, 'edited', edit.kind === 'refused' ? edit.detail : '');
  return edit.kind === 'edited' ? edit.text : '';
};
const withoutText = (edit: EditResult): unknown =>
  edit.kind === 'edited' ? { changes: edit.changes } : { refused: edit.detail };

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (one instanceof Map ? Object.fromEntries(one) : one)),
  );

const folder = repositoryPath('test', 'front-end-installer', 'testcases');
for (const name of readdirSync(folder)) {
  test(`case ${name}`, () => {
    const input = readFileSync(path.join(folder, name, 'input.conf'), 'latin1');
    const [edited, reverted] = [editOnedConf(input, wanted), revertOnedConf(input, wanted)];
    const shown = {
      read: plain(readOnedConf(input)),
      edit: withoutText(edited),
      revert: withoutText(reverted),
    };
    assertExpectedFile(path.join(folder, name, 'expected.json'), `${JSON.stringify(shown, null, 2)}\n`);
    const results = { 'expected-edited.conf': edited, 'expected-reverted.conf': reverted };
    for (const [file, result] of Object.entries(results)) {
      const text = result.kind === 'edited' ? result.text : input;
      const isExpected = existsSync(path.join(folder, name, file));
      assert.ok(isExpected || text === input, `${name} has no ${file}`);
      if (isExpected) assertExpectedFile(path.join(folder, name, file), text, 'latin1');
    }
    if (name.startsWith('refused-'))
      return assert.ok([edited, reverted].some(({ kind }) => kind === 'refused'));
    const text = textOf(edited);
    assert.equal(textOf(editOnedConf(text, wanted)), text);
    if (textOf(reverted) === input) assert.equal(textOf(revertOnedConf(text, wanted)), input);
  });
}

test('what an edit brings in is read again', () => {
  const input = readFileSync(path.join(folder, 'as-in-6.10', 'input.conf'), 'latin1');
  const { authDrivers, authConf, vmDrivers } = readOnedConf(textOf(editOnedConf(input, wanted)));
  assert.ok(authDrivers.includes('biscuit'));
  assert.equal(authConf.get('biscuit')?.get('MAX_TOKEN_TIME'), '0');
  const scripts = vmDrivers.map((driver) => [driver.name, driver.localActions.get('migrate')]);
  assert.deepEqual(scripts, [
    ['kvm', 'migrate_tunnel'],
    ['qemu', 'migrate_tunnel'],
    ['lxc', undefined],
  ]);
});

test('of what is wanted each may be left out', () => {
  const input = readFileSync(path.join(folder, 'as-in-7.4', 'input.conf'), 'latin1');
  assert.deepEqual(editOnedConf(input, {}), { kind: 'edited', text: input, changes: [] });
  const { authDriver, localAction } = wanted;
  const both = textOf(editOnedConf(textOf(editOnedConf(input, { authDriver })), { localAction }));
  assert.equal(both, textOf(editOnedConf(input, wanted)));
  const onlyAction = textOf(revertOnedConf(both, { authDriver }));
  assert.equal(onlyAction, textOf(editOnedConf(input, { localAction })));
});

test('what would need escapes is refused', () => {
  const odd = { ...wanted, authDriver: { name: 'bis"cuit', conf: new Map<string, string>() } };
  assert.equal(editOnedConf('AUTH_MAD = [ AUTHN = "ssh" ]\n', odd).kind, 'refused');
});

/** Behind a value a carriage return would belong to it. */
const gap = fc.stringMatching(/^(?: |\t|\r|\n|\r\n| # [a-z,=[\]" \u00e9]{0,6}\n){0,3}$/);
const blank = fc.constantFrom('', ' ', '\t', '  ');
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/).filter((name) => name !== 'biscuit');
const key = fc.constantFrom('TYPE', 'default', 'Keep_Snapshots', 'x');
const value = fc.oneof(
  word,
  fc.stringMatching(/^"(?:[a-z ,=#[\]\r\n\u00e9]|\\")*"$/).filter((text) => !text.endsWith('\\"')),
);
const caseOf = (name: string): fc.Arbitrary<string> => fc.constantFrom(name, name.toLowerCase());

const vectorOf = (
  name: string,
  pairs: readonly (readonly [string, fc.Arbitrary<string>])[],
): fc.Arbitrary<string> =>
  fc
    .record({
      name: caseOf(name),
      own: fc.tuple(...pairs.map(([one, text]) => fc.tuple(caseOf(one), text))),
      others: fc.array(fc.tuple(key, value), { maxLength: 2 }),
      gaps: fc.array(
        gap.map((text) => text.replace(/^\r/, ' \r')),
        { minLength: 3, maxLength: 3 },
      ),
      around: blank,
      end: fc.constantFrom('\n', '\r\n', ' # end\n', '\n\n', ' '),
    })
    .map(({ name: shown, own, others, gaps, around, end }) => {
      const shownPairs = [...own, ...others].map(([one, text]) => `${one}${around}=${around}${text}`);
      return `${shown}${around}=${around}[${gaps[0]}${shownPairs.join(`${gaps[1]},${gaps[2]}`)}${gaps[0]}]${end}`;
    });
const quoted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => text.map((one) => `"${one}"`);
const names = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(','));

const vmMadOf = (name: string): fc.Arbitrary<string> =>
  vectorOf('VM_MAD', [
    ['NAME', fc.constant(`"${name}"`)],
    ['EXECUTABLE', fc.constant('"one_vmm_exec"')],
    [
      'ARGUMENTS',
      quoted(
        fc
          .tuple(
            fc.constantFrom('', '-t 15 ', '-r 0\t', '-p -t15  '),
            fc.constantFrom('', '-l save ', '--local=a=b, ', '-pl resume ', '-lx,, ', '--local= '),
            fc.constantFrom('kvm', 'kvm -p', ' kvm ', '-- kvm', 'kvm\n-w 5'),
          )
          .map((parts) => parts.join('')),
      ),
    ],
  ]);
const authMad = vectorOf('AUTH_MAD', [
  ['EXECUTABLE', fc.constant('"one_auth_mad"')],
  ['AUTHN', quoted(fc.tuple(blank, names, fc.constantFrom('', ' ', ',')).map((parts) => parts.join('')))],
]);
const openAuthMad = vectorOf('AUTH_MAD', [['EXECUTABLE', fc.constant('"one_auth_mad"')]]);
const authConf = vectorOf('AUTH_MAD_CONF', [['NAME', quoted(word)]]);
const single = fc
  .tuple(caseOf('PORT'), blank, fc.oneof(value, fc.constant('')))
  .map(([name, around, text]) => `${name}${around}=${text}\n`);
const comment = fc.constantFrom('# AUTH_MAD = [ AUTHN = "plain" ]\n', '\n', '\t#é\r\n', '\r\n', '; ', '#\n');

const onedConf = fc
  .record({
    kvm: vmMadOf('kvm'),
    mad: fc.oneof(authMad, openAuthMad),
    others: fc.array(fc.oneof(authConf, single, comment, vmMadOf('lxc'), authMad), { maxLength: 6 }),
    qemu: fc.option(vmMadOf('qemu'), { nil: '' }),
    order: fc.boolean(),
    isCut: fc.boolean(),
  })
  .map(({ kvm, mad, others, qemu, order, isCut }) => {
    const text = [...(order ? [mad, ...others] : [...others, mad]), kvm, qemu].join('');
    const isSafe = !(text.trimEnd().split('\n').at(-1) ?? '').includes('#');
    return isCut && isSafe ? text.trimEnd() : text;
  });

test('an edit of a made file comes and goes without a trace', () => {
  fc.assert(
    fc.property(onedConf, (input) => {
      const edited = textOf(editOnedConf(input, wanted));
      const { authDrivers, isEveryAuthDriver, authConf: conf, vmDrivers } = readOnedConf(edited);
      assert.ok(isEveryAuthDriver || authDrivers.includes('biscuit'));
      assert.ok(conf.has('biscuit'));
      for (const { name, localActions } of vmDrivers.filter((driver) => driver.name !== 'lxc'))
        assert.equal(localActions.get('migrate'), 'migrate_tunnel', name);
      assert.equal(textOf(editOnedConf(edited, wanted)), edited);
      assert.equal(textOf(revertOnedConf(edited, wanted)), input);
      assert.equal(textOf(revertOnedConf(input, wanted)), input);
    }),
    { numRuns: 400 },
  );
});

test('any text is edited soundly or refused', () => {
  const piece = fc.constantFrom(
    ...[
      'VM_MAD',
      'AUTH_MAD',
      ' = [ ',
      ' ]',
      ', ',
      '\n',
      '"',
      '#',
      '\\"',
      'NAME = "kvm"',
      '=',
      '\r',
      '\0',
      'é',
    ],
    ...['AUTHN="ssh"', 'ARGUMENTS="kvm"', 'EXECUTABLE="one_vmm_exec"', 'AUTH_MAD_CONF', 'biscuit', ']]>'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const input = pieces.join('');
      const edited = editOnedConf(input, wanted);
      if (edited.kind === 'refused') return assert.notEqual(edited.detail, '');
      assert.equal(textOf(editOnedConf(edited.text, wanted)), edited.text);
    }),
    { numRuns: 500 },
  );
});

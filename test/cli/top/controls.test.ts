import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { stepView, type TableSize, type View } from '../../../cli/top/controls.ts';
import { createKeyReader } from '../../../cli/top/keys.ts';

const start: View = {
  selection: {
    list: 'vms',
    sort: 'watts',
    isReversed: false,
    owners: [],
    hosts: [],
    name: '',
    limit: Number.POSITIVE_INFINITY,
  },
  offset: 0,
  prompt: undefined,
  isHelp: false,
};
const size: TableSize = { rows: 50, page: 18 };

const type = (bytes: string, view = start): { readonly view: View; readonly actions: readonly string[] } => {
  const reader = createKeyReader();
  const keys = [...reader.push(Buffer.from(bytes)), ...reader.flush()];
  const actions: string[] = [];
  let now = view;
  for (const key of keys) {
    const step = stepView(now, key, size);
    now = step.view;
    if (step.action !== undefined) actions.push(step.action);
  }
  return { view: now, actions };
};
const selectionAfter = (bytes: string) => type(bytes).view.selection;

test('orders', () => {
  assert.equal(selectionAfter('s').sort, 'energy');
  assert.equal(selectionAfter('sssssss').sort, 'watts');
  assert.deepEqual(
    [...'PECNOHI'].map((key) => selectionAfter(key).sort),
    ['watts', 'energy', 'cost', 'name', 'owner', 'host', 'id'],
  );
  assert.equal(selectionAfter('r').isReversed, true);
  assert.equal(selectionAfter('rr').isReversed, false);
});

test('v goes to the hosts and back, to the first row; order and filters stay', () => {
  assert.deepEqual(type('olice\rrE\x1b[Bv').view, {
    ...start,
    selection: { ...start.selection, list: 'hosts', sort: 'energy', isReversed: true, owners: ['lice'] },
  });
  assert.deepEqual(type('vv').view, start);
  assert.equal(selectionAfter('/v').list, 'vms');
});

test('filters are typed, edited, taken back and cleared', () => {
  assert.deepEqual(selectionAfter('oalice, bob\r').owners, ['alice', 'bob']);
  assert.deepEqual(selectionAfter('hkvm1*\r').hosts, ['kvm1*']);
  assert.equal(selectionAfter('/ Grüße 漢 \r').name, 'Grüße 漢');
  assert.deepEqual(selectionAfter('oalicx\x7fe\r').owners, ['alice']);
  assert.deepEqual(selectionAfter('olice\x1b[Ha\r').owners, ['alice']);
  assert.deepEqual(selectionAfter('oalxice\x1b[D\x1b[D\x1b[D\x1b[D\x1b[3~\r').owners, ['alice']);
  assert.deepEqual(selectionAfter('oaliceb\x1b[D\x15\x1b[Fob\r').owners, ['bob']);
  assert.deepEqual(selectionAfter('oalice\x1b').owners, []);
  assert.equal(type('oalice\x1b').view.prompt, undefined);
  // A prompt begins with what holds, and an empty line clears it.
  assert.deepEqual(selectionAfter('oalice\ro2\r').owners, ['alice2']);
  assert.deepEqual(selectionAfter('oalice\ro\x15\r').owners, []);
  assert.deepEqual(selectionAfter('oalice\rhkvm\r/x\rc'), start.selection);
  // Keys are letters while a line is typed.
  assert.equal(selectionAfter('/qsr\r').name, 'qsr');
  assert.deepEqual(type('/q').actions, []);
});

test('scrolling stays within the table', () => {
  const offsetAfter = (bytes: string): number => type(bytes).view.offset;
  assert.equal(offsetAfter('\x1b[B\x1b[B\x1b[A'), 1);
  assert.equal(offsetAfter('\x1b[A'), 0);
  assert.equal(offsetAfter('\x1b[6~'), 18);
  assert.equal(offsetAfter('\x1b[6~\x1b[6~\x1b[6~'), 32);
  assert.equal(offsetAfter('\x1b[F'), 32);
  assert.equal(offsetAfter('\x1b[F\x1b[5~'), 14);
  assert.equal(offsetAfter('\x1b[F\x1b[H'), 0);
  assert.equal(offsetAfter('\x1b[Fs'), 0);
});

test('actions, help', () => {
  assert.deepEqual(type('q').actions, ['quit']);
  assert.deepEqual(type('o\x03').actions, ['quit']);
  assert.deepEqual(type(' \x1a\x0c').actions, ['refresh', 'suspend', 'redraw']);
  assert.equal(type('?').view.isHelp, true);
  assert.equal(type('?x').view.isHelp, false);
  assert.deepEqual(type('?q').actions, []);
});

test('no bytes do harm', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (bytes) => {
      const { view } = type(bytes);
      assert.ok(view.offset >= 0 && view.offset <= size.rows);
      const { prompt } = view;
      assert.ok(prompt === undefined || (prompt.cursor >= 0 && prompt.cursor <= prompt.characters.length));
    }),
  );
});

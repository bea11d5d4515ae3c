import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createDoubleFinder, onlyHosts } from '../../../cli/energy/doubles.ts';
import type { RowVisitor } from '../../../collectors/accounts/rows.ts';

const hourMs = 3_600_000;
const draw = (hostId: number, measuredMs: number) => (visitor: RowVisitor) =>
  visitor.onDraw(hostId, measuredMs, 0, measuredMs, 0, 0, 0, 0);
const zone = undefined;

test('the folder that has measured the host for longer counts', () => {
  const finder = createDoubleFinder();
  finder.read({ zone, folder: 'a' }, 0, Buffer.from('1'), draw(7, hourMs / 2));
  finder.read({ zone, folder: 'b' }, 0, Buffer.from('2'), draw(7, hourMs));
  finder.read({ zone, folder: 'b' }, 0, Buffer.from('3'), draw(8, hourMs));
  assert.deepEqual(finder.doubles(), [{ hour: 0, hostId: 7, counted: 'b', others: ['a'] }]);
});

test('an hour in which the number of shards was changed is no double', () => {
  const finder = createDoubleFinder();
  finder.read({ zone, folder: 'a' }, 0, Buffer.from('1'), draw(7, hourMs / 2));
  finder.read({ zone, folder: 'b' }, 0, Buffer.from('2'), draw(7, hourMs / 2 + 20_000));
  assert.deepEqual(finder.doubles(), []);
});

test('hosts of two zones have the same ids, and may draw the same for an hour', () => {
  const finder = createDoubleFinder();
  const read = (name: string, folder: string, bodies: string, ms = hourMs) => {
    for (const [at, body] of [...bodies].entries())
      finder.read({ zone: name, folder }, at * hourMs, Buffer.from(body), draw(7, ms));
  };
  read('a', 'a', '1234');
  read('b', 'b', '5274');
  read('c', 'c', '1234', 0); // no energy: many hours are the same
  assert.deepEqual([finder.doubles(), finder.same()], [[], undefined]);
  read('d', 'copy', '123'); // the last hour has not come yet
  assert.deepEqual(finder.same(), { folder: 'a', other: 'copy' });
});

test('all rows of a host that another folder has are left out, those of GPUs, too', () => {
  const rows: string[] = [];
  const row =
    (kind: string) =>
    (...fields: readonly unknown[]): void => {
      rows.push(`${kind} ${fields.slice(0, 2)}`);
    };
  const all: RowVisitor = {
    onVm: row('vm'),
    onHost: row('host'),
    onUse: row('use'),
    onDraw: row('draw'),
    onGpu: row('gpu'),
  };
  const visitor = onlyHosts(all, (hostId) => hostId !== 7);
  for (const hostId of [7, 8]) {
    visitor.onUse(1, hostId, 5, 0, 1000, 0, 1000);
    visitor.onGpu?.(1, hostId, 9, 1000);
    visitor.onDraw(hostId, 5, 0, 1000, 0, 0, 0, 0);
  }
  assert.deepEqual(rows, ['use 1,8', 'gpu 1,8', 'draw 8,5']);
});

test('whatever folders hold, what counts of a host is never longer than its hour and a minute', () => {
  const part = fc.record({
    folder: fc.constantFrom('a', 'b', 'c'),
    hour: fc.constantFrom(0, hourMs),
    hostId: fc.constantFrom(1, 2),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(part, { selector: ({ folder, hour, hostId }) => `${folder} ${hour} ${hostId}` }),
      (parts) => {
        const finder = createDoubleFinder();
        for (const [at, { folder, hour, hostId, share }] of parts.entries())
          finder.read({ zone, folder }, hour, Buffer.from(String(at)), draw(hostId, share * hourMs));
        const doubles = finder.doubles();
        const sums = new Map<string, number>();
        for (const { folder, hour, hostId, share } of parts) {
          const double = doubles.find((one) => one.hour === hour && one.hostId === hostId);
          if (double?.others.includes(folder) === true) continue;
          sums.set(`${hour} ${hostId}`, (sums.get(`${hour} ${hostId}`) ?? 0) + share * hourMs);
        }
        assert.ok([...sums.values()].every((ms) => ms <= hourMs + 60_001));
      },
    ),
  );
});

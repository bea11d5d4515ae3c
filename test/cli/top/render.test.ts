import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { renderChanges, renderLine } from '../../../cli/top/render.ts';

/** A terminal that knows what `renderChanges` writes. */
const draw = (screen: readonly string[], changes: string): readonly string[] => {
  const lines = [...screen];
  for (const [, row, text = ''] of changes.matchAll(/\x1b\[(\d+);1H\x1b\[K([^\x1b]*)/g)) {
    lines[Number(row) - 1] = text;
  }
  return lines;
};

test('what is drawn over a frame makes the next one of it, and a line that is the same is not drawn', () => {
  const frames = fc
    .integer({ min: 1, max: 10 })
    .chain((rows) =>
      fc.tuple(
        ...[0, 1].map(() =>
          fc.array(fc.constantFrom('', 'a', 'b', 'c'), { minLength: rows, maxLength: rows }),
        ),
      ),
    );
  fc.assert(
    fc.property(frames, ([before = [], after = []]) => {
      const changes = renderChanges(before, after);
      assert.deepEqual(draw(before, changes), after);
      const drawn = changes.split('\x1b[K').length - 1;
      assert.equal(drawn, after.filter((line, row) => line !== before[row]).length);
      assert.deepEqual(draw([], renderChanges([], after)), after);
    }),
  );
});

test('manners are closed where they were opened, and colours can be left out', () => {
  const line = [
    { text: 'a' },
    { text: 'b', style: 'warning' as const },
    { text: 'c', style: 'trend' as const },
  ];
  assert.equal(renderLine(line, true), 'a\x1b[1;33mb\x1b[m\x1b[36mc\x1b[m');
  assert.equal(renderLine(line, false), 'a\x1b[1mb\x1b[mc');
});

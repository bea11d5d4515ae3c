import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cleanLine, formatColumns } from '../../../lib/text/terminal-text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 80 });

test('what a terminal would act upon is taken out, and text stays', () => {
  for (const [given, expected] of [
    ['plain text', 'plain text'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b[2J\x1b[1;1Hgone', 'gone'],
    ['\x1b]0;title\x07after', 'after'],
    ['\x1b]52;c;Y2xpcA==\x1b\\after', 'after'],
    ['\x1bPq#0;2\x1b\\after', 'after'],
    ['\x9b31mred', 'red'],
    ['\x1b(Bcharset \x1bMup', 'charset up'],
    ['half \x1b[', 'half'],
    ['bell\x07 back\b null\0', 'bell back null'],
    ['tab\tbed', 'tab bed'],
    ['turned \u202earound', 'turned around'],
    ['Zürich 東京 🔌', 'Zürich 東京 🔌'],
    ['trailing   ', 'trailing'],
  ] as const) {
    assert.equal(cleanLine(given), expected, JSON.stringify(given));
  }
});

test('law: a clean line has no control character, whatever it was', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanLine(text);
      assert.doesNotMatch(clean, /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u);
      assert.equal(cleanLine(clean), clean);
    }),
  );
});

test('columns stand below each other, wide characters too', () => {
  const table = formatColumns([
    ['HOST', 'WATTS', 'WHY'],
    ['東京', '1.5', ''],
    ['kvm-with-a-name', '-', 'why'],
  ]);
  assert.equal(table, 'HOST             WATTS  WHY\n東京             1.5\nkvm-with-a-name  -      why\n');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cutToWidth, displayWidthOf, fitToWidth, formatDisplayText } from '../../../lib/text/display-text.ts';
import { anyName } from '../../support/top-cloud.ts';

const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('what others wrote is shown as far as a terminal may have it', () => {
  const cases: readonly (readonly [written: string, shown: string, width: number])[] = [
    ['', '', 0],
    ['web-17', 'web-17', 6],
    ['Grüße', 'Grüße', 5],
    ['e\u0301te\u0301', 'été', 3],
    ['漢字', '漢字', 4],
    ['ｗｉｄｅ', 'ｗｉｄｅ', 8],
    ['한국', '한국', 4],
    ['กำ', 'กำ', 2],
    ['\x1b[2J\x1b]0;owned\x07', '?[2J?]0;owned?', 14],
    ['a\r\nb\tc\x00\x7f\x9b', 'a??b?c???', 9],
    ['admin\u202etxt.exe', 'admin?txt.exe', 13],
    ['zero\u200bwidth\ufeff', 'zero?width?', 11],
    ['👩‍🚀', '👩🚀', 4],
    ['👍🏽', '👍', 2],
    ['🇸🇪', 'SE', 2],
    ['❤️', '❤', 1],
    ['\u0301\u0301x', 'x', 1],
    [`z${'\u0335'.repeat(40)}`, `z${'\u0335'.repeat(3)}`, 1],
    ['no\u00a0break\u3000space', 'no break space', 14],
    ['line\u2028break', 'line?break', 10],
    ['\ud800', '?', 1],
    ['\ue000', '?', 1],
  ];
  for (const [written, shown, width] of cases) {
    assert.equal(formatDisplayText(written), shown, JSON.stringify(written));
    assert.equal(displayWidthOf(shown), width, JSON.stringify(written));
  }
});

test('a terminal without UTF-8 gets ASCII alone', () => {
  assert.equal(formatDisplayText('Grüße 漢字 e\u0301 x\u0335', 'ascii'), 'Gr??e ?? ? x');
  assert.equal(cutToWidth('web-server-17', 6, 'ascii'), 'web-s~');
});

test('a cut says that there is more, and never parts a wide character', () => {
  assert.equal(cutToWidth('web-17', 6), 'web-17');
  assert.equal(cutToWidth('web-170', 6), 'web-1…');
  assert.equal(cutToWidth('漢字漢字', 5), '漢字…');
  assert.equal(cutToWidth('漢字漢字', 4), '漢…');
  assert.equal(fitToWidth('漢字漢字', 4), '漢… ');
  assert.equal(fitToWidth('7', 3, 'right'), '  7');
  assert.equal(cutToWidth('ab', 0), '');
});

test('nothing that controls a terminal passes, and a cell has its width exactly', () => {
  fc.assert(
    fc.property(
      anyName,
      fc.nat(30),
      fc.constantFrom('utf-8' as const, 'ascii' as const),
      (text, width, charset) => {
        const shown = formatDisplayText(text, charset);
        assert.doesNotMatch(shown, control);
        assert.equal(formatDisplayText(shown, charset), shown);
        if (charset === 'ascii') assert.match(shown, /^[ -~]*$/);
        assert.equal(displayWidthOf(fitToWidth(shown, width, 'left', charset)), width);
      },
    ),
    { numRuns: 500 },
  );
});

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { openDisplay } from '../../host-installer/io/progress-display.ts';
import { formatProgress, type Progress } from '../../host-installer/progress.ts';
import { displayWidthOf } from '../../lib/text/display-text.ts';

const progress: Progress = {
  total: 500,
  well: 12,
  unwell: 1,
  running: [
    { name: 'kvm13', startedMs: 0, lastLine: 'pull docker.io/hubblo/scaphandre:1.0.2' },
    { name: '東京-2.example.com', startedMs: 60_000, lastLine: '' },
  ],
  isStopping: false,
};

test('counts, and who runs for how long with its last line', () => {
  assert.deepEqual(formatProgress(progress, 72_400, { columns: 80, rows: 24 }), [
    '12 done, 1 failed, 2 running, 485 waiting',
    'kvm13               1m12s  pull docker.io/hubblo/scaphandre:1.0.2',
    '東京-2.example.com    12s',
  ]);
  assert.match(
    formatProgress({ ...progress, isStopping: true }, 0, { columns: 100, rows: 24 })[0] ?? '',
    /^stopping: .* Ctrl-C again/,
  );
});

test('a narrow terminal, and a low one', () => {
  assert.deepEqual(formatProgress(progress, 72_400, { columns: 30, rows: 24 }), [
    '12 done, 1 failed, 2 running~',
    'kvm13       1m12s  pull dock~',
    '東京-2.ex~    12s',
  ]);
  const running = Array.from({ length: 10 }, (_, at) => ({ name: `kvm${at}`, startedMs: 0, lastLine: '' }));
  const lines = formatProgress({ ...progress, running }, 0, { columns: 80, rows: 6 });
  assert.deepEqual(lines.slice(1), ['kvm0     0s', 'kvm1     0s', 'kvm2     0s', 'and 7 more']);
});

test('law: it fits on every screen', () => {
  const running = fc.array(
    fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 60 }),
      startedMs: fc.nat(),
      lastLine: fc.string({ unit: 'grapheme', maxLength: 200 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      running,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(),
      (hosts, columns, rows, nowMs) => {
        const lines = formatProgress({ ...progress, running: hosts }, nowMs, { columns, rows });
        assert.ok(lines.length <= Math.max(1, rows - 1), `${lines.length} lines on ${rows} rows`);
        for (const line of lines)
          assert.ok(displayWidthOf(line) < Math.max(2, columns), `${line} on ${columns} columns`);
      },
    ),
  );
});

const startStream = (isTTY: boolean) => {
  const written: string[] = [];
  const stream = {
    isTTY,
    columns: 40,
    rows: 10,
    write: (text: string) => written.push(text),
    on: () => undefined,
  };
  return { stream, written };
};

test('each frame is written in one piece over the last, and the cursor comes back', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { stream, written } = startStream(true);
  const frames = [['one', 'two'], ['three'], ['four']];
  const display = openDisplay(stream, () => frames.shift() ?? ['end']);
  t.mock.timers.tick(200);
  display.say('kvm1: failed');
  display.close();
  t.mock.timers.tick(1000);
  assert.deepEqual(
    written.map((frame) => frame.replaceAll('\x1b[?7l', '').replaceAll('\x1b[?7h', '')),
    [
      '\x1b[?25l\rone\x1b[K\ntwo\x1b[K\n\x1b[J',
      '\x1b[?25l\r\x1b[2Athree\x1b[K\n\x1b[J',
      '\x1b[?25l\r\x1b[1Akvm1: failed\x1b[K\nfour\x1b[K\n\x1b[J',
      '\r\x1b[1A\x1b[J\x1b[?25h',
    ],
  );
});

test('what is no terminal gets plain lines alone', () => {
  const { stream, written } = startStream(false);
  const display = openDisplay(stream, () => ['drawn']);
  display.say('kvm1: failed');
  display.close();
  assert.deepEqual([display.isDrawn, written], [false, ['kvm1: failed\n']]);
});

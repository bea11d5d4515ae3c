/** Writing and reading the text formats. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { counter, gauge } from '../../../collectors/collector.ts';
import {
  encodeFamilies,
  encodeSamples,
  formatLabels,
  formatValue,
  joinFamilies,
} from '../../../lib/prometheus/exposition.ts';
import { createLineSplitter } from '../../../lib/prometheus/line-splitter.ts';
import { acceptsGzip, chooseFormat, scrapeBudgetMs } from '../../../lib/prometheus/negotiate.ts';
import { createLabelReader, sampleValueOf } from '../../../lib/prometheus/sample-line.ts';
import { joulesFromMicrojoules, microjoules } from '../../../lib/units/units.ts';
import { inPieces } from '../../support/recordings.ts';

test('families in both formats', () => {
  const family = { name: 'x_total', type: 'counter', help: 'a "b" \\ c', labels: ['l'] } as const;
  const families = [{ family, samples: [{ labels: formatLabels(['l'], ['é"\n']), value: 1.5 }] }];
  assert.equal(
    encodeFamilies(families, 'prometheus').toString(),
    '# HELP x_total a "b" \\\\ c\n# TYPE x_total counter\nx_total{l="é\\"\\n"} 1.5\n',
  );
  assert.equal(
    encodeFamilies(families, 'openmetrics').toString(),
    '# HELP x a \\"b\\" \\\\ c\n# TYPE x counter\nx_total{l="é\\"\\n"} 1.5\n',
  );
});

test('samples are encoded once, the head for the format that is asked for', () => {
  const family = counter('x_joules_total', 'energy');
  const encoded = encodeSamples([
    { family, samples: [{ labels: '', value: joulesFromMicrojoules(microjoules(2_500_000)) }] },
  ]);
  const once = Buffer.concat(joinFamilies(encoded, 'openmetrics')).toString();
  assert.equal(once, '# HELP x_joules energy\n# TYPE x_joules counter\nx_joules_total 2.5\n');
  assert.equal(
    Buffer.concat(joinFamilies(encoded, 'prometheus')).toString(),
    '# HELP x_joules_total energy\n# TYPE x_joules_total counter\nx_joules_total 2.5\n',
  );
  assert.equal(Buffer.concat(joinFamilies(encoded, 'openmetrics')).toString(), once);
});

test('a counter and a gauge as another reader understands them', () => {
  const families = [
    { family: counter('a_total', 'a', ['l']), samples: [{ labels: formatLabels(['l'], ['1']), value: 3 }] },
    { family: gauge('b', 'b'), samples: [{ labels: '', value: -1 }] },
  ];
  const read = parsePrometheusTextFormat(encodeFamilies(families, 'prometheus').toString());
  assert.deepEqual(
    read.map(({ name, type, metrics }) => [name, type, metrics.map(({ value }) => value)]),
    [
      ['a_total', 'COUNTER', ['3']],
      ['b', 'GAUGE', ['-1']],
    ],
  );
});

test('numbers in the spelling of the formats', () => {
  assert.deepEqual([Number.NaN, Infinity, -Infinity, 1e21, 0.1, -0].map(formatValue), [
    'NaN',
    '+Inf',
    '-Inf',
    '1e+21',
    '0.1',
    '0',
  ]);
});

test('law: the value and the label that were written are read again', () => {
  const readLabel = createLabelReader('b', 10_000);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true }), (label, value) => {
      const line = Buffer.from(`m${formatLabels(['a', 'b'], ['}', label])} ${formatValue(value)}`);
      const unescaped = readLabel(line)?.replaceAll(/\\(.)/g, (_, character) =>
        character === 'n' ? '\n' : character,
      );
      assert.equal(unescaped, label);
      assert.ok(sampleValueOf(line) === value);
    }),
  );
});

test('values of sample lines', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['m 1', 1],
    ['m{a="}"} 1.5', 1.5],
    ['m{a="b"} 1 1795227286000', 1],
    ['m{} +Inf', Infinity],
    ['m 1e3', 1000],
    ['m{a="b"}', Number.NaN],
    ['m one', Number.NaN],
    ['m 1 2 3', Number.NaN],
    ['', Number.NaN],
    ['m{a="b"} 7 # {trace_id="a"} 0.5', Number.NaN],
    ['m{a="b"} 7 1795227286000 # {} 0.5 1795227286', Number.NaN],
    ['m 7 # {a="}",b="c"} 0.5', Number.NaN],
    ['m{a=" # {} 5"} 1', 1],
    [String.raw`m{a="x} 5 # {b=\"c"} 1`, 1],
    ['m{a="sh -c echo 5 # {b"} 1', 1],
  ];
  for (const [line, expected] of cases)
    assert.ok(Object.is(sampleValueOf(Buffer.from(line)), expected), line);
});

test('law: lines are the same in pieces of any size, and overlong ones are dropped', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 })), fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const text = texts.map((one) => one.replaceAll('\n', '')).join('\n');
      const lines: string[] = [];
      const splitter = createLineSplitter(8, (bytes, from, to) =>
        lines.push(bytes.toString('utf8', from, to)),
      );
      inPieces(Buffer.from(text), size, splitter.push);
      splitter.finish();
      const expected = text.split('\n').filter((line) => Buffer.byteLength(line) <= 8);
      assert.deepEqual(lines.filter(Boolean), expected.filter(Boolean));
    }),
  );
});

test('the format that a client prefers', () => {
  const prometheus3 =
    'application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  assert.equal(chooseFormat(prometheus3), 'openmetrics');
  assert.equal(chooseFormat('text/plain;version=0.0.4;q=1,application/openmetrics-text;q=0.5'), 'prometheus');
  assert.equal(chooseFormat('application/openmetrics-text;version=2.0.0'), 'prometheus');
  assert.equal(chooseFormat('*/*'), 'prometheus');
  assert.equal(chooseFormat(undefined), 'prometheus');
  assert.equal(acceptsGzip('deflate, gzip;q=0.5'), true);
  assert.equal(acceptsGzip('gzip;q=0, *'), false);
  assert.equal(acceptsGzip('*'), true);
  assert.equal(acceptsGzip(undefined), false);
});

test('how long a scrape may take', () => {
  assert.equal(scrapeBudgetMs('10'), 9500);
  assert.equal(scrapeBudgetMs('0.5'), 250);
  for (const header of [undefined, '', 'x', '-1', '0', 'Infinity'])
    assert.equal(scrapeBudgetMs(header), undefined);
});

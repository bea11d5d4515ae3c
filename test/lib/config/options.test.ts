import assert from 'node:assert/strict';
import test from 'node:test';
import { describeOption, shownFlag } from '../../../lib/config/format-options.ts';
import {
  booleanOption,
  choiceOption,
  countOption,
  durationOption,
  flagsOnly,
  listOption,
  optional,
  switchOption,
  textOption,
} from '../../../lib/config/options.ts';
import { operandCounts, readFlags } from '../../../lib/config/read-flags.ts';
import { readEnvironment, readFileOptions } from '../../../lib/config/read-places.ts';
import { resolveOptions } from '../../../lib/config/resolve.ts';

const table = {
  'power.agent-timeout': durationOption({ help: 'h', default: '5s' }, 100, 60_000),
  'power.unmeasured': choiceOption({ help: 'h', default: 'omit' }, ['omit', 'zero']),
  'power.agent-url': listOption(textOption({ help: 'h', default: 'http://a http://b' }, 'URL')),
  'collector.vm': booleanOption({ help: 'h', default: 'true' }),
  ...flagsOnly({
    jobs: countOption({ help: 'h', default: '10' }, 1, 100),
    limit: optional(countOption({ help: 'h' }, 1)),
    owner: listOption(textOption({ help: 'h' }, 'NAME')),
  }),
  json: switchOption('h'),
};

const resolve = (argv: readonly string[], environment: Record<string, string> = {}, document?: unknown) => {
  const flags = readFlags(table, argv);
  const file = readFileOptions(table, document, 'f.yaml');
  const resolved = resolveOptions(table, [flags.given, readEnvironment(table, environment), file.given]);
  return {
    ...resolved,
    problems: [...flags.problems, ...file.problems, ...resolved.problems],
    unknown: file.unknown,
  };
};
const problemsOf = (...argv: readonly string[]): readonly string[] => resolve(argv).problems;

const defaults = {
  'power.agent-timeout': 5000,
  'power.unmeasured': 'omit',
  'power.agent-url': ['http://a', 'http://b'],
  'collector.vm': true,
  jobs: 10,
  limit: undefined,
  owner: [],
  json: false,
};

test('flags win over the environment, the environment over the file, the file over defaults', () => {
  const document = { power: { agent_timeout: '3s', unmeasured: 'zero' } };
  const environment = { ONEEXT_POWER_AGENT_TIMEOUT: '2s' };
  assert.deepEqual(resolve([]).values, defaults);
  assert.equal(resolve([], {}, document).values['power.agent-timeout'], 3000);
  assert.equal(resolve([], environment, document).values['power.agent-timeout'], 2000);
  const all = resolve(['--power.agent-timeout=1s'], environment, document);
  assert.deepEqual(all.values, { ...defaults, 'power.agent-timeout': 1000, 'power.unmeasured': 'zero' });
});

test('forms of flags', () => {
  assert.equal(resolve(['--power.agent-timeout', '1s']).values['power.agent-timeout'], 1000);
  assert.equal(resolve(['--no-collector.vm']).values['collector.vm'], false);
  assert.equal(resolve(['--collector.vm']).values['collector.vm'], true);
  assert.equal(resolve(['--collector.vm=false']).values['collector.vm'], false);
  assert.equal(resolve(['--json', '--limit', '3']).values.json, true);
  assert.equal(resolve(['--limit=3']).values.limit, 3);
});

test('C6-a list takes every flag, words of the environment and a list of the file; no place adds to another', () => {
  const urls = (argv: readonly string[], environment = {}, document?: unknown) =>
    resolve(argv, environment, document).values['power.agent-url'];
  const document = { power: { agent_url: ['http://c', 'http://d e'] } };
  assert.deepEqual(urls([], {}, document), ['http://c', 'http://d e']);
  assert.deepEqual(urls([], {}, { power: { agent_url: 'http://c' } }), ['http://c']);
  const environment = { ONEEXT_POWER_AGENT_URL: ' http://e\n\thttp://f ' };
  assert.deepEqual(urls([], environment, document), ['http://e', 'http://f']);
  const flags = ['--power.agent-url=http://g', '--power.agent-url', 'http://h'];
  assert.deepEqual(urls(flags, environment, document), ['http://g', 'http://h']);
  assert.deepEqual(resolve(['--owner', 'a b', '--owner=c']).values.owner, ['a b', 'c']);
});

test('C6-any other flag that is given twice is refused', () => {
  assert.deepEqual(problemsOf('--power.unmeasured=zero', '--power.unmeasured=omit'), [
    '--power.unmeasured may be given once only',
  ]);
  assert.deepEqual(problemsOf('--json', '--json'), ['--json may be given once only']);
  assert.deepEqual(problemsOf('--collector.vm', '--no-collector.vm'), [
    '--collector.vm may be given once only',
  ]);
});

test('every problem is found, with the place and the value', () => {
  const { problems } = resolve(
    ['--what', '--no-power.unmeasured', '-x', '--power.agent-timeout=1ms', '--json=yes', '--jobs=0'],
    { ONEEXT_COLLECTOR_VM: 'yes', ONEEXT_JOBS: '3' },
    { power: { unmeasured: ['a'], agent_url: [['http://x']] } },
  );
  assert.deepEqual(problems, [
    'unknown option --what',
    'unknown option --no-power.unmeasured; did you mean --power.unmeasured?',
    'unknown option -x',
    '--json takes no value',
    'power.unmeasured in f.yaml must be one value, not a list',
    'power.agent_url in f.yaml must be a list of values',
    '--power.agent-timeout is "1ms" but must be a duration from 100ms to 60000ms, such as 5s or 1m30s',
    'ONEEXT_COLLECTOR_VM is "yes" but must be true or false',
    '--jobs is "0" but must be a number from 1 to 100',
  ]);
});

test('an option that needs a value does not take the next option for it', () => {
  assert.deepEqual(problemsOf('--limit'), ['--limit needs a value']);
  assert.deepEqual(problemsOf('--limit', '--json'), ['--limit needs a value']);
  assert.equal(resolve(['--limit', '--json']).values.json, true);
});

test('an option without a default must be given', () => {
  const required = { user: textOption({ help: 'the user' }, 'NAME') };
  assert.deepEqual(resolveOptions(required, []).problems, ['--user is missing']);
  const { given } = readFlags(required, ['--user=--odd']);
  assert.deepEqual(resolveOptions(required, [given]).values, { user: '--odd' });
});

test('the nearest name is told where one is near', () => {
  assert.deepEqual(problemsOf('--power.agent-timeuot=1s', '--jsn', '--owners', '--bogus', '--hepl'), [
    'unknown option --power.agent-timeuot; did you mean --power.agent-timeout?',
    'unknown option --jsn; did you mean --json?',
    'unknown option --owners; did you mean --owner?',
    'unknown option --bogus',
    'unknown option --hepl; did you mean --help?',
  ]);
});

test('names of every object are no options', () => {
  assert.deepEqual(problemsOf('--constructor', '--__proto__=1', '--no-toString'), [
    'unknown option --constructor',
    'unknown option --__proto__',
    'unknown option --no-toString',
  ]);
});

test('operands are counted, and follow --', () => {
  assert.deepEqual(operandCounts(''), { least: 0, most: 0 });
  assert.deepEqual(operandCounts('ADDRESS'), { least: 1, most: 1 });
  assert.deepEqual(operandCounts('[FILE]'), { least: 0, most: 1 });
  assert.deepEqual(operandCounts('[HOST...]'), { least: 0, most: Number.POSITIVE_INFINITY });
  assert.deepEqual(operandCounts('HOST [FILE...]'), { least: 1, most: Number.POSITIVE_INFINITY });
  const read = (form: string, ...argv: readonly string[]) => {
    const { operands, problems } = readFlags(table, argv, form);
    return { operands, problems };
  };
  assert.deepEqual(read('[HOST...]', 'a', '--json', '-', '--', '--json', '--'), {
    operands: ['a', '-', '--json', '--'],
    problems: [],
  });
  assert.deepEqual(read('ADDRESS').problems, ['ADDRESS is missing']);
  assert.deepEqual(read('', 'a', 'b').problems, ['"a" is too much', '"b" is too much']);
  assert.deepEqual(read('HOST FILE', 'a').problems, ['FILE is missing']);
});

test('what may be the value of an unknown option is not judged as an operand', () => {
  const read = (form: string, ...argv: readonly string[]) => readFlags(table, argv, form).problems;
  const ownr = 'unknown option --ownr; did you mean --owner?';
  assert.deepEqual(read('', '--ownr', 'x'), [ownr]);
  assert.deepEqual(read('', '--bogus', '-12.5'), ['unknown option --bogus'], 'as a latitude is written');
  assert.deepEqual(read('HOST', '--ownr', 'x'), [ownr], 'it may be HOST as well');
  assert.deepEqual(read('HOST', '--ownr', 'x', 'a'), [ownr]);
  assert.deepEqual(read('', '--ownr', '--', 'a'), [ownr, '"a" is too much'], 'what follows -- is no value');
});

test('beside an unknown option, what certainly is an operand is judged', () => {
  const read = (form: string, ...argv: readonly string[]) => readFlags(table, argv, form).problems;
  assert.deepEqual(read('', '--bogus', 'x', 'y'), ['unknown option --bogus', '"y" is too much']);
  assert.deepEqual(read('', '--bogus=1', 'x'), ['unknown option --bogus', '"x" is too much']);
  assert.deepEqual(read('', '--bogus', '--jobs=0', 'x'), ['unknown option --bogus', '"x" is too much']);
  assert.deepEqual(read('', '--bogus', '-x'), ['unknown option --bogus', 'unknown option -x']);
  assert.deepEqual(read('HOST FILE', '--bogus', 'x'), ['unknown option --bogus', 'FILE is missing']);
});

test('keys that are no option are found, whatever they hold', () => {
  const unknownOf = (document: unknown) => resolve([], {}, document).unknown;
  assert.deepEqual(unknownOf({ power: { agent_timeuot: 1 }, tunnel: { type: 'auto' }, x: null, y: {} }), [
    'power.agent_timeuot',
    'tunnel.type',
    'x',
    'y',
  ]);
  assert.deepEqual(unknownOf({ jobs: 3 }), ['jobs'], 'an option of the command line only');
  assert.equal(resolve([], {}, { power: { unmeasured: null } }).problems.length, 1, 'no value is no choice');
  assert.match(resolve([], {}, ['a']).problems.join(), /must hold sections/);
});

test('options are shown with their form, default, and whether they may be repeated', () => {
  const shown = Object.entries(table).map(
    ([name, spec]) => `${shownFlag(name, spec)}: ${describeOption(spec)}`,
  );
  assert.deepEqual(shown, [
    '--power.agent-timeout=DURATION: h (default: 5s)',
    '--power.unmeasured=omit|zero: h (default: omit)',
    '--power.agent-url=URL: h; may be given several times (default: http://a http://b)',
    '--[no-]collector.vm: h (default: true)',
    '--jobs=N: h (default: 10)',
    '--limit=N: h',
    '--owner=NAME: h; may be given several times',
    '--json: h',
  ]);
  assert.equal(describeOption(textOption({ help: 'h' })), 'h (required)');
});

test('a value of the wrong type does not compile', () => {
  const { values } = resolveOptions(table, []);
  const jobs: number = values.jobs;
  const limit: number | undefined = values.limit;
  const owners: readonly string[] = values.owner;
  // @ts-expect-error a name that does not exist
  const bogus: unknown = values.bogus;
  assert.deepEqual([jobs, limit, owners, bogus], [10, undefined, [], undefined]);
});

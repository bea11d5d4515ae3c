/** The shell half of the hooks: it starts Node for whatever the other half would act on, and for all that is unclear. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { parseEventId } from '../../hooks/event.ts';
import { hookOptions } from '../../hooks/hook-options.ts';
import { readOptions } from '../../lib/io/read-options.ts';
import { createDocumentReader } from '../../lib/one/document-reader.ts';
import { extendedVmShape, parseVmExporter } from '../../lib/one/vm.ts';
import { targetOptions } from '../../prometheus-patches/prometheus-options.ts';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';

type Environment = Readonly<Record<string, string>>;

/** Runs the program as the hook manager does; the Node of its suite tells what it was started with. */
const startLab = (t: TestContext) => {
  const folder = temporaryFolder(t);
  const at = (name: string): string => path.join(folder, name);
  mkdirSync(at('suite/node/bin'), { recursive: true });
  writeFileSync(at('suite/node/bin/node'), '#!/bin/sh\nshift\necho "node $*"\ncat\nexit 75\n', {
    mode: 0o755,
  });
  cpSync(repositoryPath('dist/hooks'), at('suite/hooks'), { recursive: true });
  mkdirSync(at('one/var/prometheus/targets'), { recursive: true });
  symlinkSync('one/var/prometheus/targets', at('targets'));
  const run = (hook: string, event: string | Buffer, env: Environment = {}, argv: readonly string[] = []) =>
    spawnSync(at(`suite/hooks/${hook}`), argv, {
      input: event,
      encoding: 'utf8',
      env: {
        PATH: '/usr/bin:/bin',
        ONE_LOCATION: at('one'),
        ONEEXT_CONFIG_FILE: '/dev/null',
        ...env,
      },
    });
  return { at, run };
};

const recorded = (name: string): string =>
  readFileSync(repositoryPath(`test/fixtures/opennebula/hooks/${name}`), 'utf8');
const plain = (document: string): string => document.replaceAll('PROMETHEUS_EXPORTER', 'OTHER');
const eventOf = (document: string): string => Buffer.from(document).toString('base64');
const poweroff = eventOf(plain(recorded('vm-poweroff.arg-decoded.xml')));

test('D14-a VM without PROMETHEUS_EXPORTER and without a target file starts no Node', (t) => {
  const { at, run } = startLab(t);
  const { status, stdout, stderr } = run('vm_scrape_target', poweroff);
  assert.deepEqual(
    [status, stdout, stderr],
    [
      0,
      '',
      'INFO: vm_scrape_target: VM 2: it has no PROMETHEUS_EXPORTER and no target file: nothing to do\n',
    ],
  );
  // The folder of targets need not be there yet.
  const elsewhere = { ONEEXT_PROMETHEUS_TARGETS_FOLDER: at('targets/not/yet') };
  assert.equal(run('vm_scrape_target', poweroff, elsewhere).status, 0);
});

test('D14-a VM with the attribute, or with a target file, starts Node with the whole event on stdin', (t) => {
  const { at, run } = startLab(t);
  for (const event of [
    recorded('vm-running-stdin.stdin'),
    eventOf(recorded('vm-poweroff.arg-decoded.xml')),
  ]) {
    const { status, stdout } = run('vm_scrape_target', event);
    assert.deepEqual([status, stdout], [75, `node \n${event}`]);
  }
  writeFileSync(at('targets/vm-22.json'), '[]');
  assert.equal(run('vm_scrape_target', poweroff).status, 0);
  writeFileSync(at('targets/vm-2.json'), '[]');
  assert.equal(run('vm_scrape_target', poweroff).status, 75);
  rmSync(at('targets/vm-2.json'));
  symlinkSync('nowhere', at('targets/vm-2.json'));
  assert.equal(run('vm_scrape_target', poweroff).status, 75);
});

test('D14-a target folder that is a file, or relative, is for Node to judge', (t) => {
  const { at, run } = startLab(t);
  writeFileSync(at('file'), '');
  for (const folder of [at('file'), 'targets', ''])
    assert.equal(
      run('vm_scrape_target', poweroff, { ONEEXT_PROMETHEUS_TARGETS_FOLDER: folder }).status,
      75,
      folder,
    );
});

test('D14-arguments go to Node as they are', (t) => {
  const { run } = startLab(t);
  for (const argv of [['7'], ['--help'], ['--prometheus.targets-folder=/a b', '7']])
    assert.equal(run('vm_scrape_target', 'x', {}, argv).stdout, `node ${argv.join(' ')}\nx`);
});

test('D14-a host with no database and nothing about geolocation in the configuration starts no Node', (t) => {
  const { at, run } = startLab(t);
  const event = recorded('host-mon-stdin.stdin');
  const configured = (text: string): Environment => {
    writeFileSync(at('oneext.yaml'), text);
    return { ONEEXT_CONFIG_FILE: at('oneext.yaml') };
  };
  const status = (env: Environment): number | null => run('host_geolocation', event, env).status;
  assert.equal(status(configured('one:\n  timeout: 10s\n# geolocation:\n')), 0);
  assert.equal(status(configured('geolocation:\n  static:\n    hosts: { kvm1: "1,2" }\n')), 75);
  assert.equal(status(configured('"geo\\u006cocation": { static: { hosts: { kvm1: "1,2" } } }\n')), 75);
  assert.equal(status({ ...configured(''), ONEEXT_GEOLOCATION_DATABASE: '' }), 75);
  assert.equal(status({ ...configured(''), ONEEXT_CONFIG_FILE: at('missing.yaml') }), 75);
  mkdirSync(at('one/var/geolocation'), { recursive: true });
  writeFileSync(at('one/var/geolocation/city.mmdb'), '');
  assert.equal(status(configured('')), 75);
});

/** Whether the other half finds an exporter in the document, had oned this to say of the VM. */
const hasExporter = (document: string): boolean => {
  let found = false;
  const reader = createDocumentReader('VM', extendedVmShape, (vm) => {
    found ||= parseVmExporter(vm) !== undefined;
  });
  reader.push(Buffer.from(`<VM_POOL>${document}</VM_POOL>`));
  return found;
};

const word = fc.constantFrom('9100', '', ' ', 'PROMETHEUS_EXPORTER', '<', '&lt;', 'é', '\n', 'x');
const value = fc.oneof(
  word,
  word.map((text) => `<![CDATA[${text}]]>`),
);
const attribute = fc
  .tuple(fc.constantFrom('PROMETHEUS_EXPORTER', 'prometheus_exporter', 'PROMETHEUS', 'A'), value)
  .map(([name, text]) => `<${name}>${text}</${name}>`);
const vmDocument = fc
  .tuple(
    fc.constantFrom('', '\n', '\n  ', ' '),
    fc.constantFrom('0', '7', '07', '4294967295', '99999999999', '7 ', '', 'x'),
    fc.array(attribute, { maxLength: 3 }),
  )
  .map(
    ([space, id, attributes]) =>
      `<VM>${space}<ID>${id}</ID>\n<USER_TEMPLATE>${attributes.join('')}</USER_TEMPLATE></VM>`,
  );
const inputOf = (document: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    eventOf(document),
    `${eventOf(document)}\n`,
    eventOf(eventOf(document)),
    document,
    eventOf(document).slice(0, -5),
    eventOf(document).replace(/(.{20})/g, '$1\n'),
    `*${eventOf(document)}`,
  );

test('D14-law: whatever the event, Node is started where it would find an exporter or refuse the input', (t) => {
  const { run } = startLab(t);
  fc.assert(
    fc.property(
      vmDocument.chain((document) => fc.tuple(fc.constant(document), inputOf(document))),
      ([document, input]) => {
        const { status } = run('vm_scrape_target', input);
        assert.ok(status === 0 || status === 75);
        if (status === 75) return;
        assert.equal(hasExporter(document), false);
        assert.notEqual(parseEventId(input, 'VM'), undefined);
      },
    ),
    { numRuns: 150 },
  );
});

const configurationLine = (a: string, b: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    `  targets_folder: ${a}`,
    `  targets_folder: "${a}"`,
    `  targets_folder: '${a}'`,
    `  targets_folder: ${a} # why`,
    `  targets_folder: ${b}`,
    `  # targets_folder: ${a}`,
    `  "targets_folder": ${a}`,
    `  "target\\u0073_folder": ${a}`,
    `  targets_folder:`,
    `    ${a}`,
    `  targets_folder: >-`,
    `  targets_folder: &a ${a}`,
    `prometheus: { targets_folder: ${a} }`,
    `prometheus: { address_preference: "4", targets_folder: "${a}" }`,
    `prometheus.targets_folder: ${a}`,
    '  config: "x',
    '# "',
    `# ", targets_folder: ${a}`,
    `# c\r  targets_folder: ${a}`,
    '---',
    'one:',
    '  timeout: 5s',
    '  - x',
    'x: &b { targets_folder: /c }',
    '  <<: *b',
    '',
  );

test('D14-law: whatever the configuration, Node is started where the folder that it names has the file', async (t) => {
  const { at, run } = startLab(t);
  const folders = { a: at('a'), b: at('b') };
  mkdirSync(folders.a);
  writeFileSync(path.join(folders.a, 'vm-2.json'), '[]');
  const file = at('oneext.yaml');
  const environment = { ONEEXT_CONFIG_FILE: file };
  const status = (): number | null => run('vm_scrape_target', poweroff, environment).status;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('prometheus:', '"prometheus":', 'prometheus: # "', 'one:'),
      fc.array(configurationLine(folders.a, folders.b), { maxLength: 3 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      async (first, lines, end) => {
        writeFileSync(file, [first, ...lines].join(end));
        const read = readOptions({ table: { ...hookOptions, ...targetOptions }, argv: [], environment });
        const folder = await read.then(({ options }) => options['prometheus.targets-folder']).catch(() => '');
        if (folder === folders.a) assert.equal(status(), 75);
      },
    ),
    { numRuns: 400 },
  );
  for (const text of [
    '',
    `prometheus:\n  targets_folder: ${folders.b} # ours\none:\n  timeout: 5s\n`,
    readFileSync(repositoryPath('dist/oneext.yaml.sample'), 'utf8'),
  ]) {
    writeFileSync(file, text);
    assert.equal(status(), 0, text);
  }
});

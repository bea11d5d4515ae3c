/** OpenNebulaNetwork.conf: one forward more, and every other byte as it was. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { editTproxyConf, revertTproxyConf } from '../../front-end-installer/tproxy-conf.ts';
import type { EditResult } from '../../lib/text/text-edit.ts';

const textOf = (edit: EditResult): string => (edit.kind === 'edited' ? edit.text : assert.fail(edit.detail));
const forward = { port: 9926, address: undefined, ownAddress: '192.0.2.9' };
const edit = (text: string, changes = {}): EditResult => editTproxyConf(text, { ...forward, ...changes });

const head = "# The drivers' network\n:arp_cache_poisoning: true\n:vxlan_mc: 239.0.0.0\n\n";
const commented =
  '# :tproxy_debug_level: 2\n# :tproxy:\n# - :service_port: 5030\n#   :remote_addr: 10.11.12.13\n';
const oneGate = '- :service_port: 5030\n  :remote_addr: 10.11.12.13\n  :remote_port: 5030\n';
const indented = oneGate.replaceAll(/^/gm, '  ').trimEnd();
/** The text, and where the forward leads. */
const cases: Readonly<Record<string, readonly [string, string]>> = {
  'as in 7.4, where all of it is a comment': [head + commented, '192.0.2.9'],
  'with OneGate': [`${head}:tproxy:\n${oneGate}`, '10.11.12.13'],
  'with OneGate, indented, and more behind it': [
    `${head}:tproxy_debug_level: 2\n:tproxy:  # ours\n${indented}\n:last: 1\n`,
    '10.11.12.13',
  ],
  'as the sample of OpenNebula, without its comment signs': [
    `${head}:tproxy_debug_level: 2\n:tproxy:\n# OneGate service.\n${oneGate}`,
    '10.11.12.13',
  ],
  'with the level of its log alone': [`${head}:tproxy_debug_level: 2\n`, '192.0.2.9'],
  'with comments in the list': [`:tproxy:\n  # one\n${indented} # the port\n  # two\n`, '10.11.12.13'],
  'with another port, and networks': [
    ':tproxy:\n- :service_port: 80\n  :remote_addr: 10.0.0.1\n  :remote_port: 80\n  :networks: [a, 7]\n',
    '192.0.2.9',
  ],
  'with an empty key': [`${head}:tproxy:\n:last: 1\n`, '192.0.2.9'],
  'with line breaks of Windows': [`${head}:tproxy:\n${oneGate}`.replaceAll('\n', '\r\n'), '10.11.12.13'],
  'an empty file': ['', '192.0.2.9'],
  'comments alone': ['# nothing\n', '192.0.2.9'],
  'bytes that are no text': ['# \xe4\xff\n:a: 1\n', '192.0.2.9'],
};

for (const [name, [text, address]] of Object.entries(cases)) {
  test(`${name}: the port of guests is forwarded, and the file comes back byte for byte`, () => {
    const edited = textOf(edit(text));
    const before = (parse(text) ?? {}) as Record<string, unknown>;
    const own = { ':service_port': 9926, ':remote_addr': address, ':remote_port': 9926 };
    const others = (before[':tproxy'] ?? []) as readonly unknown[];
    assert.deepEqual(parse(edited), { ...before, ':tproxy': [own, ...others] });
    assert.equal(textOf(edit(edited)), edited, 'twice is once');
    assert.equal(textOf(edit(edited, { ownAddress: '192.0.2.10' })), edited, 'it is remembered there');
    assert.equal(textOf(revertTproxyConf(edited)), text);
    assert.equal(textOf(revertTproxyConf(text)), text, 'where there is nothing of ours');
    const elsewhere = textOf(edit(edited, { address: '203.0.113.5', port: 9000 }));
    assert.match(elsewhere, /:remote_addr: 203\.0\.113\.5\r?\n\s+:remote_port: 9000/);
    assert.doesNotMatch(elsewhere, /9926/);
    assert.equal(textOf(revertTproxyConf(elsewhere)), text);
  });
}

test('what cannot be edited safely is refused, with what to do', () => {
  const detailOf = (text: string, changes = {}): string => {
    const result = edit(text, changes);
    return result.kind === 'refused' ? result.detail : assert.fail(result.text);
  };
  assert.match(detailOf(':tproxy: [{:service_port: 1, :remote_addr: a, :remote_port: 1}]\n'), /by hand/);
  assert.match(detailOf(':a: 1'), /the last line a line break/);
  assert.match(detailOf(':tproxy: 7\n'), /not the YAML/);
  assert.match(detailOf('- a\n'), /not the YAML/);
  assert.match(detailOf('a: [\n'), /not the YAML/);
  assert.match(detailOf('', { ownAddress: undefined }), /--guest-power-address/);
});

test('a forward that the operator has made stays as it is, and so do lines that somebody has changed since', () => {
  const text = ':tproxy:\n- :service_port: 9926\n  :remote_addr: 10.9.9.9\n  :remote_port: 9926\n';
  assert.equal(textOf(edit(text)), text);
  const changed = textOf(edit(head)).replace(':remote_port: 9926', ':remote_port: 9999 # ours');
  assert.equal(textOf(edit(changed)), changed);
  const back = revertTproxyConf(changed);
  assert.equal(textOf(back), changed);
  assert.match(back.kind === 'edited' ? back.changes.join() : '', /changed it since/);
});

test('what others have added to our list stays when ours goes', () => {
  const edited = textOf(edit(head));
  const added = `${edited}  - :service_port: 80\n    :remote_addr: 10.0.0.1\n    :remote_port: 80\n`;
  const back = textOf(revertTproxyConf(added));
  assert.deepEqual(parse(back)[':tproxy'], [
    { ':service_port': 80, ':remote_addr': '10.0.0.1', ':remote_port': 80 },
  ]);
});

test('no text makes it throw, and what is edited comes back', () => {
  const line = fc.constantFrom(
    ':tproxy:',
    '- :service_port: 5030',
    '  :remote_addr: 1.2.3.4',
    ':a: 1',
    '# c',
    '',
    '  - :x: y',
    '---',
    '...',
    '\t',
    ':tproxy: []',
    '[',
    '  # d',
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = lines.map((one) => one + end).join('');
      const edited = edit(text);
      if (edited.kind === 'refused') return;
      assert.equal(textOf(revertTproxyConf(edited.text)), text);
      assert.equal(textOf(edit(edited.text)), edited.text);
    }),
  );
});

/** Files that root can read and oneadmin cannot: root's install tells it before anything is changed or restarted. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { needsRoot } from '../../support/exchanged-folders.ts';
import { startSelfContained, succeed } from '../../support/oneext-lab.ts';

/** Its user oneadmin is another than root, and can go to the files of the installation. */
const startLab = async (t: TestContext) => {
  const lab = await startSelfContained(t);
  chmodSync(lab.made.root, 0o755);
  chownSync(path.join(lab.home, 'var/remotes'), 65_534, 65_534);
  return { ...lab, etc: path.join(lab.home, 'etc') };
};
type Lab = Awaited<ReturnType<typeof startLab>>;

const tls = `tls_server_config: {cert_file: tls/cert.pem, key_file: tls/key.pem}\n`;

const cases: Readonly<Record<string, { readonly prepare: (lab: Lab) => void; readonly says: RegExp }>> = {
  'oneext.yaml of mode 600': {
    prepare: ({ made }) => made.write('/one/etc/oneext.yaml', 'log: {level: info}\n', 0o600),
    says: /oneadmin cannot read \S+\/etc\/oneext\.yaml, .*: chown root:oneadmin \S+ && chmod 640 \S+\n/,
  },
  'the key of the exporter, which the web configuration names': {
    prepare({ made, etc }) {
      made.write('/one/etc/oneext.yaml', `web: {config: {file: ${etc}/web.yaml}}\n`);
      made.write('/one/etc/web.yaml', tls);
      made.write('/one/etc/tls/cert.pem', 'certificate');
      made.write('/one/etc/tls/key.pem', 'key', 0o600);
    },
    says: /for 1 reason\(s\): oneadmin cannot read \S+\/etc\/tls\/key\.pem, .*chmod 640/,
  },
  'a folder that oneadmin may not enter': {
    prepare({ made, etc }) {
      made.write('/one/etc/oneext.yaml', `energy: {co2_hourly_file: ${etc}/grid/2026/se3.json}\n`);
      made.write('/one/etc/grid/2026/se3.json', '{}');
      chmodSync(`${etc}/grid`, 0o700);
    },
    says: /oneadmin cannot read \S+\/se3\.json, .* may not enter (\S+\/etc\/grid): move .*chgrp oneadmin \1 && chmod g\+x \1\n/,
  },
  'ids that are revoked, which biscuit.yaml names': {
    prepare({ made, etc }) {
      made.write('/one/etc/auth/biscuit.yaml', `revocation_file: ${etc}/auth/revoked\n`);
      made.write('/one/etc/auth/revoked', '', 0o600);
    },
    says: /oneadmin cannot read \S+\/auth\/revoked, /,
  },
};

for (const [title, { prepare, says }] of Object.entries(cases)) {
  test(
    `D7-unreadable-files: ${title} is named, and nothing is changed or restarted`,
    needsRoot,
    async (t) => {
      const lab = await startLab(t);
      prepare(lab);
      const before = lab.made.describe();
      const refused = await lab.oneext('install', '--restart');
      assert.equal(refused.code, 78, refused.stderr);
      assert.match(refused.stderr, says);
      assert.deepEqual(lab.made.describe(), before);
      assert.deepEqual(lab.registry.describe(), []);
    },
  );
}

test('D7-unreadable-files: files of group oneadmin and mode 640 are in order', needsRoot, async (t) => {
  const lab = await startLab(t);
  for (const name of ['oneext.yaml', 'auth/biscuit.yaml']) {
    lab.made.write(`/one/etc/${name}`, '', 0o640);
    chownSync(path.join(lab.etc, name), 0, 65_534);
  }
  await succeed(lab.oneext('install'));
});

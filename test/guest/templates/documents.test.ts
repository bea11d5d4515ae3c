/** Documents for usual Linux systems. What real tools say of them: test/system/guest-documents. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { formatCloudConfig, formatUserDataAttribute } from '../../../guest/templates/cloud-config.ts';
import { linuxSetup } from '../../../guest/templates/linux-setup.ts';
import { formatStartScript, formatStartScriptAttribute } from '../../../guest/templates/start-script.ts';
import { parseTemplate } from '../../../lib/one/oned-template.ts';
import { guestChoices, guestSources, nameOf } from '../../support/guest-documents.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const run = promisify(execFile);

for (const choice of guestChoices) {
  const { files } = linuxSetup(choice, guestSources);
  test(`${nameOf(choice)}: the cloud-config has nothing but write_files and runcmd, with all files whole`, () => {
    const text = formatCloudConfig(choice, guestSources);
    assert.match(text, /^#cloud-config\n/);
    const document = parse(text) as {
      readonly write_files: readonly {
        readonly path: string;
        readonly permissions: string;
        readonly content: string;
      }[];
      readonly runcmd: readonly (readonly string[])[];
    };
    assert.deepEqual(Object.keys(document), ['write_files', 'runcmd'], 'one-context skips all else');
    assert.deepEqual(
      document.write_files,
      files.map((file) => ({
        path: file.path,
        permissions: `0${file.mode.toString(8)}`,
        content: file.text,
      })),
    );
    assert.deepEqual(document.runcmd[0]?.slice(0, 2), ['sh', '-c']);
    const { attributes } = parseTemplate(`CONTEXT = [ ${formatUserDataAttribute(choice, guestSources)} ]\n`);
    const vector = attributes[0]?.vector;
    assert.equal(vector?.get('USER_DATA_ENCODING')?.text, 'base64');
    assert.equal(Buffer.from(vector?.get('USER_DATA')?.text ?? '', 'base64').toString(), text);
  });

  test(`${nameOf(choice)}: the start script puts the files into place, and a second run changes nothing`, async (t) => {
    const root = temporaryFolder(t);
    const script = formatStartScript(choice, guestSources);
    const [, base64 = ''] =
      /^START_SCRIPT_BASE64 = "(.*)"\n$/.exec(formatStartScriptAttribute(choice, guestSources)) ?? [];
    assert.equal(Buffer.from(base64, 'base64').toString(), script);
    // Below a folder of ours, and without a service manager.
    const here = script
      .replaceAll(/^put \//gm, `put ${root}/`)
      .replaceAll('/run/systemd/system', `${root}/none`)
      .replaceAll('command -v rc-update', 'false')
      .replaceAll('command -v systemctl', 'false');
    const file = path.join(root, 'start.sh');
    writeFileSync(file, here);
    const first = await run('/bin/sh', [file]);
    assert.match(first.stderr, /neither systemd nor OpenRC/);
    const second = await run('/bin/sh', [file]);
    assert.equal(second.stderr, '');
    for (const { path: name, mode, text } of files) {
      const found = await run('/bin/sh', ['-c', 'stat -c %a "$1" && cat "$1"', 'sh', path.join(root, name)]);
      assert.equal(found.stdout, `${mode.toString(8)}\n${text}`, name);
    }
  });
}

test('a percent sign in a URL is none of systemd', () => {
  const choice = { way: 'pull', agent: 'none', url: 'http://192.0.2.1:9926/%20a' } as const;
  const text = (name: string) =>
    linuxSetup(choice, guestSources).files.find(({ path }) => path === name)?.text;
  assert.match(
    text('/etc/systemd/system/power-guest.service') ?? '',
    /^ExecStart=\S+ --url=http:\/\/192\.0\.2\.1:9926\/%%20a \$POWER_GUEST_OPTIONS$/m,
  );
  assert.equal(text('/etc/conf.d/power-guest'), 'POWER_GUEST_OPTIONS="--url=http://192.0.2.1:9926/%20a"\n');
});

/** What real tools say of the documents of `oneext guest template`: systemd, and a clean Debian that runs one. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { formatButane } from '../../guest/templates/flatcar.ts';
import { linuxSetup } from '../../guest/templates/linux-setup.ts';
import { formatStartScript } from '../../guest/templates/start-script.ts';
import { startCleanRoot } from '../support/clean-root.ts';
import { guestChoices, guestSources, nameOf } from '../support/guest-documents.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);

const unitsOf = (choice: (typeof guestChoices)[number]): readonly (readonly [string, string])[] => {
  const ofLinux = linuxSetup(choice, guestSources).files.filter(({ path: name }) =>
    name.endsWith('.service'),
  );
  const butane = parse(formatButane(choice, guestSources)) as {
    readonly systemd: { readonly units: readonly { readonly name: string; readonly contents: string }[] };
  };
  return [
    ...ofLinux.map(({ path: name, text }) => [`linux/${path.basename(name)}`, text] as const),
    ...butane.systemd.units.map(({ name, contents }) => [`flatcar/${name}`, contents] as const),
  ];
};

test('systemd has nothing to say against any unit', async (t) => {
  const folder = temporaryFolder(t);
  for (const choice of guestChoices) {
    for (const system of ['linux', 'flatcar']) {
      const own = path.join(folder, String(guestChoices.indexOf(choice)));
      mkdirSync(path.join(own, system), { recursive: true });
      // systemd-analyze looks for programs and units that other machines have.
      writeFileSync(path.join(own, system, 'docker.service'), '[Service]\nExecStart=/bin/true\n');
      const files = unitsOf(choice)
        .filter(([name]) => name.startsWith(`${system}/`))
        .map(([name, text]) => {
          const file = path.join(own, name);
          writeFileSync(
            file,
            text.replaceAll(/(?:\/usr\/local\/sbin|\/opt\/bin)\/\S+|\/usr\/bin\/docker/g, '/bin/true'),
          );
          return file;
        });
      const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...files]);
      assert.equal(`${stdout}${stderr}`, '', `${system} ${nameOf(choice)}`);
    }
  }
});

test('the start script runs in a clean Debian, twice, and what it brings runs there', async (t) => {
  const root = await startCleanRoot(t, 'trixie');
  const script = path.join(temporaryFolder(t), 'start.sh');
  const choice = { way: 'pull', agent: 'scaphandre', url: 'http://127.0.0.1:1' } as const;
  writeFileSync(script, formatStartScript(choice, guestSources));
  await root.put(script, '/tmp/start.sh');
  // A minimal Debian has no systemd; the second run has nothing to do.
  const ran = await root.shell('sh /tmp/start.sh && sh /tmp/start.sh');
  assert.equal(ran, 'power-guest: there is neither systemd nor OpenRC to start it\n');
  assert.match(await root.shell('power-guest.sh --help'), /^Usage: power-guest\.sh/);
  const units = await root.shell('ls /etc/systemd/system');
  assert.match(units, /^power-guest-scaphandre\.service\npower-guest\.service$/m);
  const said = await root.shell(
    `printf 'VMID=7\\nTOKENTXT=5G/Ba+FWdmVc/UgKKf0JMQ==\\n' >/tmp/env
    timeout 3 power-guest.sh --one-env /tmp/env --tree /tmp/tree --url http://127.0.0.1:1 2>&1 || :`,
  );
  assert.match(said, /cannot reach http:\/\/127\.0\.0\.1:1|neither curl nor wget is installed/);
});

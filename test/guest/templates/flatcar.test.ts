/**
 * Documents for Flatcar: complete, the same as Butane and as Ignition, whole after QEMU, XML and OpenNebula's template
 * have taken their marks, and without the eleven faults of the document that is passed around on the web.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { formatButane, formatIgnition, formatPointer, formatRaw } from '../../../guest/templates/flatcar.ts';
import type { GuestChoice } from '../../../guest/templates/guest-setup.ts';
import { parseTemplate } from '../../../lib/one/oned-template.ts';
import { guestChoices, guestSources, nameOf } from '../../support/guest-documents.ts';

interface Unit {
  readonly name: string;
  readonly enabled: boolean;
  readonly contents: string;
}
interface Butane {
  readonly variant: string;
  readonly version: string;
  readonly storage: {
    readonly files: readonly {
      readonly path: string;
      readonly mode: number;
      readonly contents: { readonly inline: string };
    }[];
  };
  readonly systemd: { readonly units: readonly Unit[] };
}

/** YAML 1.1, as Butane reads it: 0755 is octal. */
const butaneOf = (choice: GuestChoice): Butane =>
  parse(formatButane(choice, guestSources), { version: '1.1' }) as Butane;

for (const choice of guestChoices) {
  test(`${nameOf(choice)}: Butane and Ignition bring the same files and units`, () => {
    const { variant, version, storage, systemd } = butaneOf(choice);
    assert.deepEqual([variant, version], ['flatcar', '1.1.0']);
    const ignition = JSON.parse(formatIgnition(choice, guestSources));
    assert.equal(ignition.ignition.version, '3.4.0');
    assert.deepEqual(
      ignition.storage.files.map(
        ({ path, mode, contents }: { path: string; mode: number; contents: { source: string } }) => {
          const [, data = ''] = contents.source.split('base64,');
          return { path, mode, text: gunzipSync(Buffer.from(data, 'base64')).toString() };
        },
      ),
      storage.files.map(({ path, mode, contents }) => ({ path, mode, text: contents.inline })),
    );
    assert.deepEqual(ignition.systemd.units, systemd.units);
    assert.equal(storage.files[0]?.contents.inline, guestSources.script);
    assert.equal(storage.files[0]?.mode, 0o755);
  });

  test(`${nameOf(choice)}: RAW gives QEMU the Ignition back`, () => {
    const ignition = formatIgnition(choice, guestSources);
    for (const document of [ignition, formatPointer('http://192.0.2.1/power.ign?a=1,2&b')]) {
      const { attributes, problem } = parseTemplate(formatRaw(document));
      assert.equal(problem, undefined);
      const raw = attributes[0]?.vector;
      assert.equal(raw?.get('TYPE')?.text, 'kvm');
      const xml = raw?.get('DATA')?.text ?? '';
      const value =
        /^<qemu:commandline><qemu:arg value='-fw_cfg'\/><qemu:arg value='([^'<>]*)'\/><\/qemu:commandline>$/.exec(
          xml,
        )?.[1] ?? '';
      const argument = value
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&apos;', "'")
        .replaceAll('&amp;', '&');
      const [, text = ''] = /^name=opt\/org\.flatcar-linux\/config,string=(.*)$/s.exec(argument) ?? [];
      assert.doesNotMatch(text.replaceAll(',,', ''), /,/, 'no comma stands alone');
      assert.equal(text.replaceAll(',,', ','), document);
    }
  });
}

for (const choice of guestChoices.filter(({ agent }) => agent !== 'none')) {
  const { systemd, storage } = butaneOf(choice);
  const agent =
    systemd.units.find(({ name }) => name === `power-guest-${choice.agent}.service`)?.contents ?? '';
  const all = systemd.units.map(({ contents }) => contents).join('\n');
  const script = storage.files[0]?.contents.inline ?? '';
  const share = storage.files.find(({ path }) => path === '/etc/modules-load.d/power-guest.conf');
  const absent: Readonly<Record<string, () => void>> = {
    '1 Type=fork, which systemd does not know': () => {
      assert.doesNotMatch(all, /^Type=(?!simple$|exec$|oneshot$|notify$|forking$)/m);
    },
    '2 no order after docker and the network': () => {
      assert.match(agent, /^Requires=docker\.service$/m);
      assert.match(agent, /^After=.*docker\.service/m);
      assert.match(agent, /^After=.*network-online\.target/m);
      assert.match(agent, /^Wants=.*network-online\.target/m);
    },
    '3 no registry, no start': () => {
      assert.doesNotMatch(agent, /docker pull/);
      assert.match(agent, /^StartLimitIntervalSec=0$/m);
    },
    '4 no Restart': () => {
      for (const { contents } of systemd.units) assert.match(contents, /^Restart=always$/m);
    },
    '5 no RequiresMountsFor, and an empty folder where nothing is mounted': () => {
      assert.match(agent, /^RequiresMountsFor=\/run\/power-guest\/class\/powercap$/m);
      assert.match(agent, /^ExecStartPre=\/usr\/bin\/test -s .*energy_uj$/m);
      assert.doesNotMatch(all, /mkdir/);
    },
    '6 an image that is not pinned': () => {
      assert.match(agent, /(?:hubblo\/scaphandre:1\.0\.2|kepler:v0\.11\.4) /);
      assert.doesNotMatch(agent, /:latest/);
    },
    '7 a port that everybody reaches': () => {
      assert.match(agent, /--address 127\.0\.0\.1$|--web\.listen-address=127\.0\.0\.1:/m);
    },
    '8 no --pid=host, and a container that AppArmor or SELinux keeps from starting or reading': () => {
      assert.match(agent, /--pid=host/);
      // runc writes there: https://github.com/hubblo-org/scaphandre/pull/57
      assert.doesNotMatch(agent, /[:=]\/proc\b[^:]*:ro/m);
      assert.match(agent, /--security-opt=label=disable/);
      if (choice.agent === 'kepler')
        assert.match(agent, /--cap-add=SYS_PTRACE --security-opt=apparmor=unconfined/);
    },
    '9 a folder of powercap that the guest may not have': () => {
      assert.doesNotMatch(agent, /\/sys\/class\/powercap:/);
    },
    '10 a mount without its version, writable, and no module': () => {
      assert.match(script, /mount_share 9p ro,trans=virtio,version=9p2000\.L,cache=none/);
      assert.equal(share !== undefined, choice.way === 'share');
      if (share !== undefined) assert.match(share.contents.inline, /^9pnet_virtio$/m);
    },
    '11 version 1.0.0': () => {
      assert.equal(butaneOf(choice).version, '1.1.0');
    },
  };
  for (const [fault, assertAbsent] of Object.entries(absent))
    test(`${nameOf(choice)}: absent is fault ${fault}`, assertAbsent);
}

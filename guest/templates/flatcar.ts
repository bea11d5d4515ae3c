/**
 * Flatcar Container Linux: a Butane document, the Ignition made of it, and the RAW attribute that delivers it by
 * fw_cfg. OpenNebula has no provider of Ignition, and /usr of Flatcar is read-only.
 */
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import {
  agentUnit,
  containerArguments,
  type GuestChoice,
  type GuestFile,
  type GuestSources,
  type GuestUnit,
  powerGuestUnit,
} from './guest-setup.ts';

/** 1.1.0 of the variant flatcar makes Ignition 3.4.0. */
const [butaneVersion, ignitionVersion] = ['1.1.0', '3.4.0'];
const scriptPath = '/opt/bin/power-guest.sh';

interface FlatcarSetup {
  readonly files: readonly GuestFile[];
  readonly units: readonly GuestUnit[];
}

const dockerService = (agent: 'scaphandre' | 'kepler'): string => {
  const name = `power-guest-${agent}`;
  return `ExecStartPre=-/usr/bin/docker rm --force ${name}
ExecStart=/usr/bin/docker run --rm --name=${name} \\
  ${containerArguments(agent).join(' \\\n  ')}
ExecStop=/usr/bin/docker stop ${name}
`;
};

const flatcarSetup = (choice: GuestChoice, sources: GuestSources): FlatcarSetup => {
  const { way, agent } = choice;
  const modules = '9p\n9pnet_virtio\nvirtiofs\n';
  return {
    files: [
      { path: scriptPath, mode: 0o755, text: sources.script },
      ...(way === 'share'
        ? [{ path: '/etc/modules-load.d/power-guest.conf', mode: 0o644, text: modules } as const]
        : []),
    ],
    units: [
      powerGuestUnit(choice, sources, scriptPath),
      ...(agent === 'none'
        ? []
        : [
            agentUnit(agent, dockerService(agent), {
              after: ' docker.service',
              requires: 'Requires=docker.service\n',
            }),
          ]),
    ],
  };
};

export const formatButane = (choice: GuestChoice, sources: GuestSources): string => {
  const { files, units } = flatcarSetup(choice, sources);
  const modes = new Map(files.map(({ path, mode }) => [path, `0${mode.toString(8)}`]));
  const document = {
    variant: 'flatcar',
    version: butaneVersion,
    storage: {
      files: files.map(({ path, text }) => ({ path, mode: `MODE ${path}`, contents: { inline: text } })),
    },
    systemd: { units: units.map(({ name, text }) => ({ name, enabled: true, contents: text })) },
  };
  const yaml = stringify(document, { lineWidth: 0, blockQuote: 'literal' }).replaceAll(
    /^( *mode: )"?MODE (\S+?)"?$/gm,
    (_, key: string, path: string) => `${key}${modes.get(path) ?? ''}`, // octal, as Butane reads it
  );
  return `# Lets this VM see its own power (oneext guest template --for flatcar). Add your users and keys.\n${yaml}`;
};

/** As butane makes it, with files that are zipped. */
export const formatIgnition = (choice: GuestChoice, sources: GuestSources): string => {
  const { files, units } = flatcarSetup(choice, sources);
  return JSON.stringify({
    ignition: { version: ignitionVersion },
    storage: {
      files: files.map(({ path, mode, text }) => ({
        path,
        contents: {
          compression: 'gzip',
          source: `data:;base64,${gzipSync(text, { level: 9 }).toString('base64')}`,
        },
        mode,
      })),
    },
    systemd: { units: units.map(({ name, text }) => ({ contents: text, enabled: true, name })) },
  });
};

/** For an Ignition that stands on a web server. */
export const formatPointer = (url: string): string =>
  JSON.stringify({ ignition: { version: ignitionVersion, config: { replace: { source: url } } } });

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&apos;');

/**
 * QEMU reads a comma as the end of a value, and two as one; XML wants its own marks, and OpenNebula's templates a
 * backslash before a quote and before nothing else.
 */
export const formatRaw = (ignition: string): string => {
  const value = `name=opt/org.flatcar-linux/config,string=${ignition.replaceAll(',', ',,')}`;
  const data =
    "<qemu:commandline><qemu:arg value='-fw_cfg'/>" +
    `<qemu:arg value='${escapeXml(value)}'/></qemu:commandline>`;
  return `RAW = [ TYPE = "kvm", DATA = "${data.replaceAll('"', '\\"')}" ]\n`;
};

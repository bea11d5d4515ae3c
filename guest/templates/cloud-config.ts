/**
 * A cloud-config that cloud-init and one-context both run. one-context knows write_files and runcmd alone, and skips
 * everything else without a word.
 */
import { stringify } from 'yaml';
import type { GuestChoice, GuestSources } from './guest-setup.ts';
import { linuxSetup, startCommands } from './linux-setup.ts';

export const formatCloudConfig = (choice: GuestChoice, sources: GuestSources): string => {
  const setup = linuxSetup(choice, sources);
  const document = {
    write_files: setup.files.map(({ path, mode, text }) => ({
      path,
      permissions: `0${mode.toString(8)}`,
      content: text,
    })),
    runcmd: [['sh', '-c', `${startCommands(setup).join('\n')}\n`]],
  };
  const yaml = stringify(document, { lineWidth: 0, singleQuote: true, blockQuote: 'literal' });
  return `#cloud-config\n# Lets this VM see its own power (oneext guest template --for cloud-init).\n${yaml}`;
};

/** As it stands in CONTEXT of a template. */
export const formatUserDataAttribute = (choice: GuestChoice, sources: GuestSources): string =>
  `USER_DATA = "${Buffer.from(formatCloudConfig(choice, sources)).toString('base64')}",\nUSER_DATA_ENCODING = "base64"\n`;

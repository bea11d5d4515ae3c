/** A start script of the context: it runs as root at each boot and at each change of the network. */
import type { GuestChoice, GuestSources } from './guest-setup.ts';
import { linuxSetup, startCommands } from './linux-setup.ts';

const end = 'END_OF_POWER_GUEST_FILE';

export const formatStartScript = (choice: GuestChoice, sources: GuestSources): string => {
  const setup = linuxSetup(choice, sources);
  const puts = setup.files.map(
    ({ path, mode, text }) => `put ${path} ${mode.toString(8)} <<'${end}'\n${text}${end}\n`,
  );
  return `#!/bin/sh
# Lets this VM see its own power (oneext guest template --for start-script). A second run changes nothing.
set -eu
changed=no
put() {
  mkdir -p "\${1%/*}"
  cat >"$1.new"
  chmod "$2" "$1.new"
  if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1" && changed=yes; fi
}
${puts.join('')}[ "$changed" = yes ] || exit 0
${startCommands(setup).join('\n')}
`;
};

/** As it stands in CONTEXT of a template. */
export const formatStartScriptAttribute = (choice: GuestChoice, sources: GuestSources): string =>
  `START_SCRIPT_BASE64 = "${Buffer.from(formatStartScript(choice, sources)).toString('base64')}"\n`;

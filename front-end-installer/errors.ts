/** Failures of installing on the front-end. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const installError = defineErrors({
  INSTALL_NOT_ROOT: {
    exitCode: 77,
    message: 'only root may change this front-end, and this process runs as user {uid}',
    hint: 'run the command with sudo; --plan works without sudo if you can read the files that it compares',
  },
  INSTALL_NO_FRONT_END: {
    exitCode: 78,
    message: 'there is no OpenNebula front-end here: {path} is missing',
    hint: 'run the command on the front-end; if OpenNebula is self-contained, set ONE_LOCATION',
  },
  INSTALL_PACKAGE: {
    exitCode: 78,
    message: 'cannot read the package of the suite in {path}: {detail}',
    hint: 'run oneext from the folder into which the tarball was unpacked, or install the package again',
  },
  INSTALL_PATH: {
    exitCode: 1,
    message: '{path} cannot be used: {detail}',
    hint: 'move what stands there to another place, then run the command again',
  },
  INSTALL_REFUSED: {
    exitCode: 78,
    message: 'nothing was changed, for {count} reason(s): {problems}',
    hint: 'correct what the message names, or leave that part out with --only',
  },
  INSTALL_CHECK: {
    exitCode: 1,
    message: '{command} refuses what {path} would become: {detail}',
    hint: 'run the same check on the file as it is now; the program that the message names first must be installed',
  },
  INSTALL_FAILED: {
    exitCode: 1,
    message: 'the installation stopped at "{step}": {detail}; {undone}',
    hint: 'remove the cause, then run the command again; oneext doctor shows what is in place',
  },
  INSTALL_RECORD: {
    exitCode: 1,
    message: 'the record of the installation {path} cannot be used: {detail}',
    hint: 'restore it from a backup; without it oneext cannot put back what stood there before (docs/uninstall.md has the steps by hand)',
  },
  INSTALL_UNDERWAY: {
    exitCode: 75,
    message: 'another run of oneext install or uninstall is under way: process {pid}',
    hint: 'wait until that process has ended, then run the command again',
  },
  UNINSTALL_USERS: {
    exitCode: 1,
    message: 'nothing was changed: without the driver biscuit {count} user(s) cannot log in: {users}',
    hint: 'give each of them another driver and a password (oneuser chauth NAME core, then oneuser passwd NAME), or run the command with --lock-out-users to go on',
  },
  UNINSTALL_NOTHING: {
    exitCode: 1,
    message: 'nothing is installed: there is no {path}',
    hint: 'if the suite was installed by hand, run oneext install first, which records it; docs/uninstall.md has the steps by hand',
  },
  UNINSTALL_INCOMPLETE: {
    exitCode: 1,
    message: 'not everything could be removed: {problems}',
    hint: 'remove the cause, then run oneext uninstall again: it continues with what is left',
  },
});

/** Failures of oneext hosts. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const hostsError = defineErrors({
  HOSTS_NAMED_WRONGLY: {
    exitCode: 2,
    message: 'nothing was done: {problems}',
    hint: 'give names or ids as onehost list shows them',
  },
  HOSTS_INSTALLER_MISSING: {
    exitCode: 78,
    message: 'the files that are to be sent to the hosts cannot be read from {folder}: {detail}',
    hint: 'install the package opennebula-extensions again; oneext must stand beside host-installer/ and sudoers.d/',
  },
  HOSTS_PROGRAM_UNREADABLE: {
    exitCode: 2,
    message: '--kepler-binary is {file}, which cannot be read: {detail}',
    hint: 'give the program kepler of the unpacked release, in a file on the front-end',
  },
  HOSTS_INCOMPLETE: {
    exitCode: 75,
    message: '{count} of {total} hosts are not as they should be: {hosts}',
    hint: 'the table says why, and hosts.log-file has all output of the hosts; correct the cause and run the same command again, an install with --resume',
  },
  HOSTS_NOT_MEASURING: {
    exitCode: 1,
    message: '{count} of {total} hosts do not measure, or their agent cannot be reached: {hosts}',
    hint: 'the table says why; oneext hosts install HOST... corrects what can be corrected',
  },
  HOSTS_STATE_UNREADABLE: {
    exitCode: 1,
    message: 'the record of the last run, {path}, cannot be read: {detail}',
    hint: 'run it again without --resume: hosts that are as they should be are left alone',
  },
  HOSTS_NOTHING_TO_RESUME: {
    exitCode: 1,
    message: 'there is no run to resume: {path} does not exist',
    hint: 'run it without --resume',
  },
});

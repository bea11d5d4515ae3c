/** Failures of oneext itself. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const cliError = defineErrors({
  WOULD_CHANGE: {
    exitCode: 10,
    message: '{what} would change',
    hint: 'nothing was changed: run the same command without --check or --plan to change it',
  },
  PRIVATE_KEY_UNUSABLE: {
    exitCode: 1,
    message: 'the private key file {file} cannot be used: {detail}',
    hint: 'name another file with --private-key-file, or make a key with: oneext token keypair',
  },
  REVOCATION_FAILED: {
    exitCode: 1,
    message: 'the token is not revoked: {file}: {detail}',
    hint: 'run the command as the owner of that file, or name another file with --file',
  },
  SERVICE_RESTART: {
    exitCode: 1,
    message: 'everything is in its place, but not every service could be restarted: {problems}',
    hint: 'for each unit that is named, see: systemctl status UNIT, journalctl -u UNIT',
  },
  TOP_EXPORTER_UNREACHABLE: {
    exitCode: 75,
    message: 'cannot read {url}: {detail}',
    hint: 'check that opennebula-exporter runs (systemctl status opennebula-exporter), or name its page with --exporter.url',
  },
  TOP_NO_EXPORTER: {
    exitCode: 1,
    message: 'the page {url} has no metric of OpenNebula',
    hint: 'name the page of opennebula-exporter with --exporter.url: http://FRONTEND:9925/metrics',
  },
  TOP_CREDENTIALS: {
    exitCode: 78,
    message: 'cannot use the credentials file {path}: {detail}',
    hint: 'the file must hold one line with user:password or a bearer token; --top.credentials-file names another file',
  },
  ENERGY_UNREADABLE: {
    exitCode: 1,
    message: 'cannot read the accounts of energy in {path}: {detail}',
    hint: 'name the folder of the exporter with --energy.directory or --zone, and run this as root or as the user of the exporter',
  },
  ENERGY_SAME_ACCOUNTS: {
    exitCode: 1,
    message:
      '{path} and {other} hold the same accounts, and all of their energy would be in the report twice',
    hint: 'give each zone the folder with its own accounts: --zone NAME=FOLDER. All front-ends of a zone have the same accounts, and one of them is enough',
  },
  ENERGY_NO_USER: {
    exitCode: 1,
    message: 'OpenNebula has no user {user}',
    hint: 'give --as a name that oneuser list shows',
  },
  ENERGY_FAULTY: {
    exitCode: 1,
    message: 'the accounts of energy in {path} have {faults} fault(s)',
    hint: 'put a copy from your backup in the place of the files that are named above; the exporter goes on with what is sound',
  },
  ENERGY_NO_VM: {
    exitCode: 1,
    message: 'the accounts of energy in {path} have nothing of VM {vm} in that time',
    hint: 'look at another time with --month, or --from and --to; oneext energy report lists the VMs of a time',
  },
  GUEST_SHARE: {
    exitCode: 1,
    message: '{count} VM(s) could not be changed: {problems}',
    hint: 'the other VMs are as they were asked for; remove the cause, then run the command again',
  },
  DOCTOR_FOUND: {
    exitCode: 1,
    message: 'the doctor found {found}',
    hint: 'the next step stands below each line above; oneext doctor --only PART looks again',
  },
});

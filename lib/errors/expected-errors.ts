/**
 * The table of failures that we expect. docs/errors.md is generated from it.
 *
 * `message` says what happened, with the values in braces; `hint` says what to do next, with the option or
 * the command. `exitCode` is used by programs that end with the error: 1 failed, 2 usage, 75 try again,
 * 77 denied, 78 configuration.
 */
export interface ExpectedError {
  readonly exitCode: 1 | 2 | 75 | 77 | 78;
  readonly message: string;
  readonly hint: string;
}

export const expectedErrors = {
  CONFIG_INVALID: {
    exitCode: 78,
    message: 'the configuration has {count} problem(s): {problems}',
    hint: 'correct every value named above; --help lists the options, oneext.yaml.sample their defaults',
  },
  CONFIG_UNREADABLE: {
    exitCode: 78,
    message: 'cannot read the configuration file {path}: {detail}',
    hint: 'check that it is YAML and that the user of this process may read it',
  },
  USAGE: {
    exitCode: 2,
    message: 'wrong usage: {problems}',
    hint: 'run the command with --help for its options',
  },
  WEB_CONFIG_INVALID: {
    exitCode: 78,
    message: 'the web configuration {path} has {count} problem(s): {problems}',
    hint: "the format is that of Prometheus' exporter-toolkit; see collectors/README.md for the keys supported",
  },
  LISTEN_FAILED: {
    exitCode: 1,
    message: 'cannot listen on {address}: {detail}',
    hint: 'stop the program that holds the port (ss -ltnp), or choose another with --web.listen-address',
  },
  ONE_AUTH_MISSING: {
    exitCode: 78,
    message: 'no OpenNebula credentials: {detail}',
    hint: 'set ONE_AUTH to a file with user:password, or create ~/.one/one_auth for the user of this process',
  },
  ONE_AUTHENTICATION: {
    exitCode: 77,
    message: 'OpenNebula at {endpoint} refused the credentials for {method}: {detail}',
    hint: 'check the file named by ONE_AUTH (or ~/.one/one_auth); try the same with: oneuser show',
  },
  ONE_NO_SUCH_OBJECT: {
    exitCode: 1,
    message: '{method} at {endpoint}: no such object: {detail}',
    hint: 'the object was deleted, or the user may not see it',
  },
  ONE_REFUSED: {
    exitCode: 1,
    message: '{method} at {endpoint} failed with OpenNebula error {errorCode}: {detail}',
    hint: 'see /var/log/one/oned.log on the front-end for the same moment',
  },
  ONE_FAULT: {
    exitCode: 1,
    message: '{method} at {endpoint} is an XML-RPC fault {errorCode}: {detail}',
    hint: 'the front-end does not know this call or its arguments; OpenNebula 6.10 to 7.4 is supported',
  },
  ONE_HTTP_STATUS: {
    exitCode: 1,
    message: '{method}: {endpoint} answered HTTP status {status}',
    hint: 'check that ONE_XMLRPC names the XML-RPC endpoint (http://FRONTEND:2633/RPC2) and no other service',
  },
  ONE_CONNECTION: {
    exitCode: 75,
    message: '{method}: cannot reach {endpoint}: {detail}',
    hint: 'check that oned runs (systemctl status opennebula) and that ONE_XMLRPC is right',
  },
  ONE_TIMEOUT: {
    exitCode: 75,
    message: '{method}: {endpoint} did not answer within {timeoutName}={timeoutMs} ms',
    hint: 'oned may be overloaded; raise --one.timeout, or lower the load with --one.min-refresh-interval',
  },
  ONE_TRUNCATED: {
    exitCode: 75,
    message: '{method}: the answer of {endpoint} ended after {bytes} bytes, before its end',
    hint: 'oned or a proxy closed the connection early; see /var/log/one/oned.log',
  },
  ONE_NOT_XML: {
    exitCode: 1,
    message: '{method}: the answer of {endpoint} is not an XML-RPC answer: {detail}',
    hint: 'check that ONE_XMLRPC names the XML-RPC endpoint (http://FRONTEND:2633/RPC2) and no other service',
  },
  COMMAND_FAILED: {
    exitCode: 1,
    message: '{command} failed: {detail}',
    hint: 'run the command by hand as the same user to see why',
  },
  AUTH_REQUEST_INVALID: {
    exitCode: 77,
    message: 'the request of oned cannot be read: {detail}',
    hint: 'OpenNebula 6.10 to 7.4 writes it as auth-biscuit/README.md says',
  },
  AUTH_KEY_INVALID: {
    exitCode: 77,
    message: 'the password of the user in OpenNebula is no public key: {detail}',
    hint: 'set it with: oneuser passwd USER PUBLIC_KEY --driver biscuit; oneext token keypair makes one',
  },
  AUTH_CONFIG_INVALID: {
    exitCode: 77,
    message: '{path} has {count} problem(s): {problems}',
    hint: 'nobody can log in with a token until it is corrected; see auth-biscuit/README.md for the keys',
  },
  AUTH_TOKEN_TOO_LARGE: {
    exitCode: 77,
    message: 'the token is refused: it needs more than 128 MiB, or is too deeply nested',
    hint: 'a token of a few blocks needs a fiftieth; whoever attenuated it last made it so',
  },
  AUTH_LIBRARY_UNUSABLE: {
    exitCode: 77,
    message: 'cannot load the token library {file}: {detail}',
    hint: 'the installation is incomplete: copy all files of dist again',
  },
  TOKEN_UNREADABLE: {
    exitCode: 1,
    message: 'the token cannot be read: {detail}',
    hint: 'give the whole token, as oneext token create prints it, in a file or on stdin',
  },
  TOKEN_UNVERIFIED: {
    exitCode: 77,
    message: 'the token is not one of this public key: {detail}',
    hint: 'oneuser show USER has the key that counts under PASSWORD; without --public-key the token is shown unverified',
  },
  PRIVATE_KEY_UNUSABLE: {
    exitCode: 1,
    message: 'the private key file {file} cannot be used: {detail}',
    hint: 'name another with --private-key-file; oneext token keypair makes one',
  },
  REVOCATION_FAILED: {
    exitCode: 1,
    message: 'the token is not revoked: {file}: {detail}',
    hint: 'run the command as the owner of that file, or name another with --file',
  },
  COLLECTOR_INPUT: {
    exitCode: 1,
    message: 'cannot read {path}: {detail}',
    hint: 'check that the file is complete and that the user of this process may read it',
  },

  // Hooks, geolocation, Prometheus.
  HOOK_INPUT: {
    exitCode: 2,
    message: 'the hook was given no {resource}: {detail}',
    hint: 'its template needs ARGUMENTS="$TEMPLATE" and ARGUMENTS_STDIN=yes; by hand, give the id as an argument',
  },
  HOOK_TIME_LIMIT: {
    exitCode: 75,
    message: 'the hook was not done within hooks.time-limit={timeoutMs} ms',
    hint: 'see whether oned and the host answer; run the hook again (onehook retry), or raise hooks.time_limit',
  },
  GEOLOCATION_DATABASE: {
    exitCode: 78,
    message: 'cannot use the geolocation database {path}: {detail}',
    hint: 'download it again, or name another with geolocation.database; geolocation/README.md has the command',
  },
  GEOLOCATION_UNKNOWN: {
    exitCode: 1,
    message: 'no database knows where {address} is',
    hint: 'name a database with --geolocation.database, or a fixed place with geolocation.static; see geolocation/README.md',
  },
  TARGET_FILE: {
    exitCode: 1,
    message: 'cannot bring the target file {path} in line: {detail}',
    hint: 'the folder named by prometheus.targets_folder must be writable for oneadmin; then: oneext prometheus sync',
  },
  PROMETHEUS_CONFIG_UNREADABLE: {
    exitCode: 78,
    message: 'cannot read the configuration of Prometheus {path}: {detail}',
    hint: 'name the file with --prometheus.config, and run the command as oneadmin or root',
  },
  PROMETHEUS_CONFIG_UNEDITABLE: {
    exitCode: 78,
    message: 'the configuration of Prometheus {path} was left alone: {detail}',
    hint: 'correct that place by hand, or add the jobs yourself: --check lists them',
  },
  PROMETHEUS_CONFIG_REJECTED: {
    exitCode: 1,
    message:
      'the configuration of Prometheus {path} was left alone: promtool refuses what it would become: {detail}',
    hint: 'try promtool check config on the file as it is; promtool itself is named with --prometheus.promtool',
  },
  PROMETHEUS_CONFIG_CHANGED: {
    exitCode: 75,
    message:
      'the configuration of Prometheus {path} was changed by somebody else meanwhile and was left alone',
    hint: 'run the command again',
  },
  PROMETHEUS_CONFIG_WRITE: {
    exitCode: 1,
    message: 'cannot write the configuration of Prometheus {path}: {detail}',
    hint: 'run the command as root, or as the owner of the folder of the file, which must be writable',
  },
  PROMETHEUS_RELOAD: {
    exitCode: 1,
    message: 'Prometheus could not be told to read its configuration again: {detail}',
    hint: 'systemctl kill --signal=HUP --kill-whom=main the unit named by --prometheus.unit, or restart it',
  },

  // Live migration through a tunnel.
  MIGRATION_REQUEST_INVALID: {
    exitCode: 2,
    message: 'the request to migrate cannot be read: {detail}',
    hint: 'migrate_tunnel runs on the front-end: the VM_MAD in oned.conf needs -l migrate=migrate_tunnel; see live-migrate/README.md',
  },
  MIGRATION_UNDERWAY: {
    exitCode: 75,
    message: 'VM {vmId} is being migrated already, by process {pid} on {frontEnd}',
    hint: 'wait for its end; oneext tunnel list shows the tunnels that there are',
  },
  MIGRATION_INTERRUPTED: {
    exitCode: 75,
    message: 'the migration of {deployId} was stopped by {signal} before it had begun',
    hint: 'the VM runs on where it was; migrate it again',
  },
  HOST_UNREACHABLE: {
    exitCode: 75,
    message: '{host} cannot be reached with ssh: {detail}',
    hint: 'try it as the same user (oneadmin): ssh HOST true',
  },
  HOST_COMMAND_FAILED: {
    exitCode: 1,
    message: '{command} on {host} failed: {detail}',
    hint: 'run the command there by hand as oneadmin to see why',
  },
  TUNNEL_NO_UNDERLAY: {
    exitCode: 1,
    message: 'there can be no tunnel from {source} to {destination}: {detail}',
    hint: 'compare on both hosts: getent ahosts NAME, ip route get ADDRESS, ip link show',
  },
  TUNNEL_NONE_FREE: {
    exitCode: 75,
    message:
      'for VM {vmId} none of {count} pairs of a VNI and a network in 198.18.0.0/15 is free on both hosts',
    hint: 'see what uses them: oneext tunnel list, ip route show, ip -details link show type vxlan',
  },
  TUNNEL_STEP_FAILED: {
    exitCode: 1,
    message: 'there is no tunnel: on {host}, {command} failed: {detail}',
    hint: 'run the command there by hand as oneadmin to see why; all that had been made was removed',
  },
  TUNNEL_NOT_PERMITTED: {
    exitCode: 77,
    message: 'there is no tunnel: sudo on {host} does not permit {command}: {detail}',
    hint: 'install sudoers.d/opennebula-extensions on the hypervisors; see live-migrate/README.md',
  },
  TUNNEL_SILENT: {
    exitCode: 1,
    message:
      'no packet passes through the tunnel from {source} ({sourceAddress}) to {destination} ({destinationAddress}): UDP port 4789 seems to be closed between them',
    hint: 'open it in both directions in the firewalls of both hosts and between them, or set tunnel.on_failure to direct',
  },
  TUNNEL_MTU: {
    exitCode: 1,
    message:
      'packets of {mtu} bytes do not pass through the tunnel from {source} to {destination}, smaller ones do',
    hint: 'the MTU of a link between the hosts is lower than that of their interfaces: correct one of them',
  },
  TUNNEL_HOSTS_INCOMPLETE: {
    exitCode: 75,
    message: 'not all hosts could be looked after: {problems}',
    hint: 'what could be done elsewhere was done; run the command again for these hosts with --host',
  },
  HOSTS_NAMED_WRONGLY: {
    exitCode: 2,
    message: 'nothing was done: {problems}',
    hint: 'give names or ids as onehost list shows them',
  },
  HOSTS_INSTALLER_MISSING: {
    exitCode: 78,
    message: 'what is to be sent to the hosts cannot be read from {folder}: {detail}',
    hint: 'install the package opennebula-extensions again; oneext must stand beside host-installer/ and sudoers.d/',
  },
  HOSTS_INCOMPLETE: {
    exitCode: 75,
    message: '{count} of {total} hosts are not as they should be: {hosts}',
    hint: 'the table says why, hosts.log-file has all that hosts said; mend it and run the same again, an install with --resume',
  },
  HOSTS_NOT_MEASURING: {
    exitCode: 1,
    message: '{count} of {total} hosts do not measure: {hosts}',
    hint: 'the table says why; oneext hosts install HOST... puts right what can be put right',
  },
  HOSTS_STATE_UNREADABLE: {
    exitCode: 1,
    message: 'the record of the last run, {path}, cannot be read: {detail}',
    hint: 'run it again without --resume: hosts that are as they should be are left alone',
  },
  HOSTS_NOTHING_TO_RESUME: {
    exitCode: 1,
    message: 'there is no run to go on with: {path} is not there',
    hint: 'run it without --resume',
  },

  // Installing on the front-end.
  INSTALL_NOT_ROOT: {
    exitCode: 77,
    message: 'the front-end belongs to root: this process runs as user {uid}',
    hint: 'run the command with sudo; --plan needs no root where its files can be read',
  },
  INSTALL_NO_FRONT_END: {
    exitCode: 78,
    message: 'there is no OpenNebula front-end here: {path} is missing',
    hint: 'run the command on the front-end; of a self-contained OpenNebula set ONE_LOCATION',
  },
  INSTALL_PACKAGE: {
    exitCode: 78,
    message: 'cannot read the package of the suite in {path}: {detail}',
    hint: 'run oneext from the folder in which it was unpacked with the other files, or install the package again',
  },
  INSTALL_PATH: {
    exitCode: 1,
    message: '{path} cannot be used: {detail}',
    hint: 'move aside what stands there, then run the command again',
  },
  INSTALL_REFUSED: {
    exitCode: 78,
    message: 'nothing was changed, for {count} reason(s): {problems}',
    hint: 'correct what is named above, or leave that part out with --only',
  },
  INSTALL_CHECK: {
    exitCode: 1,
    message: '{command} refuses what {path} would become: {detail}',
    hint: 'try the same check on the file as it is; the program named first must be installed',
  },
  INSTALL_FAILED: {
    exitCode: 1,
    message: 'the installation stopped at "{step}": {detail}; {undone}',
    hint: 'remove the cause and run the command again; oneext doctor looks at what is there',
  },
  INSTALL_RECORD: {
    exitCode: 1,
    message: 'the record of the installation {path} cannot be used: {detail}',
    hint: 'restore it from a backup; without it nothing is put back by itself (docs/uninstall.md has the steps by hand)',
  },
  INSTALL_UNDERWAY: {
    exitCode: 75,
    message: 'another run of oneext install or uninstall is under way: process {pid}',
    hint: 'wait for its end, then run the command again',
  },
  UNINSTALL_NOTHING: {
    exitCode: 1,
    message: 'nothing is installed: there is no {path}',
    hint: 'an installation by hand is taken over by oneext install first; docs/uninstall.md has the steps by hand',
  },
  UNINSTALL_INCOMPLETE: {
    exitCode: 1,
    message: 'not everything could be taken away: {problems}',
    hint: 'remove the cause and run oneext uninstall again: it goes on with what is left',
  },
  SERVICE_RESTART: {
    exitCode: 1,
    message: 'everything is in its place, but not every service could be restarted: {problems}',
    hint: 'see systemctl status and journalctl of that unit',
  },

  // oneext top.
  TOP_EXPORTER_UNREACHABLE: {
    exitCode: 75,
    message: 'cannot read {url}: {detail}',
    hint: 'check that opennebula-exporter runs (systemctl status opennebula-exporter), or name its page with --top.exporter-url',
  },
  TOP_NO_EXPORTER: {
    exitCode: 1,
    message: 'the page {url} has no metric of OpenNebula',
    hint: 'name the page of opennebula-exporter with --top.exporter-url: http://FRONTEND:9925/metrics',
  },
  TOP_CREDENTIALS: {
    exitCode: 78,
    message: 'cannot use the credentials file {path}: {detail}',
    hint: 'it has user:password, or a bearer token, in one line; name another with --top.credentials-file',
  },

  // The suite as a whole.
  DOCTOR_FOUND: {
    exitCode: 1,
    message: 'the doctor found {found}',
    hint: 'each line above has its next step; oneext doctor --only PART looks again',
  },
} as const satisfies Record<string, ExpectedError>;

export type ErrorCode = keyof typeof expectedErrors;

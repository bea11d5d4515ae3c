/** Failures of live migration through a tunnel. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const migrationError = defineErrors({
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
});

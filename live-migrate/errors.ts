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
    message: 'VM {vmId} is already being migrated by process {pid} on {frontEnd}',
    hint: 'wait until that migration ends; oneext tunnel list shows all tunnels',
  },
  MIGRATION_ELSEWHERE: {
    exitCode: 75,
    message: '{host} already has a tunnel for VM {vmId}, which another front-end ({frontEnd}) made',
    hint: 'wait until that migration ends; if that front-end is down, remove the tunnel: oneext tunnel clean --all --host HOST',
  },
  MIGRATION_INTERRUPTED: {
    exitCode: 75,
    message: 'the migration of {deployId} was stopped by {signal} before it had begun',
    hint: 'the VM still runs on the source host; migrate it again',
  },
  MIGRATION_NOT_STARTED: {
    exitCode: 1,
    message: 'the migration of {deployId} could not be started on {source}: {detail}',
    hint: 'the VM still runs on the source host; look at the free space there (df /var/tmp) and at the lines above',
  },
  MIGRATION_BROKEN_OFF: {
    exitCode: 1,
    message:
      'the session on {source} broke off during the migration of {deployId}, and the migration was ended: the VM still runs on {source}',
    hint: 'migrate it again; the log of the VM may show more',
  },
  MIGRATION_END_UNKNOWN: {
    exitCode: 1,
    message:
      'the session on {source} broke off during the migration of {deployId} to {destination}, and it is not known where the VM runs ({said})',
    hint: 'ask both hosts with virsh domstate DEPLOY_ID; if the VM runs on the destination, tell OpenNebula: onevm recover --success',
  },
  HOST_UNREACHABLE: {
    exitCode: 75,
    message: '{host} cannot be reached with ssh: {detail}',
    hint: 'try it as the same user (oneadmin): ssh HOST true',
  },
  HOST_COMMAND_FAILED: {
    exitCode: 1,
    message: '{command} on {host} failed: {detail}',
    hint: 'run the command on that host as oneadmin to see why',
  },
  TUNNEL_NO_UNDERLAY: {
    exitCode: 1,
    message: 'no tunnel can be made from {source} to {destination}: {detail}',
    hint: 'compare what both hosts show: getent ahosts NAME, ip route get ADDRESS, ip link show',
  },
  TUNNEL_NONE_FREE: {
    exitCode: 75,
    message:
      'no tunnel can be made for VM {vmId}: {count} pairs of a VNI and a network in 198.18.0.0/15 were tried, and each of them is in use on one of the hosts',
    hint: 'see what uses them: oneext tunnel list, ip route show, ip -details link show type vxlan',
  },
  TUNNEL_NO_VSWITCH: {
    exitCode: 1,
    message: 'no tunnel can be made: tunnel.type is openvswitch, but Open vSwitch does not run on {host}',
    hint: 'start Open vSwitch on that host, or set tunnel.type to auto or kernel',
  },
  TUNNEL_OPTION_REFUSED: {
    exitCode: 78,
    message: 'the option {option} in MIGRATE_OPTIONS of {file} on {host} cannot be used with a tunnel: {why}',
    hint: 'take the option out of kvmrc and run onehost sync, or set tunnel.on_failure to direct',
  },
  TUNNEL_STEP_FAILED: {
    exitCode: 1,
    message: 'the tunnel could not be made: on {host}, {command} failed: {detail}',
    hint: 'run the command on that host as oneadmin to see why; whatever had been made before it was removed again',
  },
  TUNNEL_NOT_PERMITTED: {
    exitCode: 77,
    message: 'the tunnel could not be made: sudo on {host} does not permit {command}: {detail}',
    hint: 'install sudoers.d/opennebula-extensions on the hypervisors; see live-migrate/README.md',
  },
  TUNNEL_SILENT: {
    exitCode: 1,
    message:
      'no packet passes through the tunnel from {source} ({sourceAddress}) to {destination} ({destinationAddress}): UDP port 4789 seems to be closed between the two hosts',
    hint: 'open UDP port 4789 in both directions, in the firewalls of both hosts and between them, or set tunnel.on_failure to direct',
  },
  TUNNEL_PORT_CLOSED: {
    exitCode: 1,
    message:
      'ping passes through the tunnel from {source} to {destination}, but a TCP connection to port {port} does not: {detail}',
    hint: 'let the firewalls of both hosts accept the TCP ports of migrations (49152 to 49215, see qemu.conf) on the interfaces omig*; with nft: iifname "omig*" tcp dport 49152-49215 accept',
  },
  TUNNEL_MTU: {
    exitCode: 1,
    message:
      'packets of {mtu} bytes do not pass through the tunnel from {source} to {destination}, but smaller ones do',
    hint: 'the MTU of a link between the hosts is lower than that of their interfaces: correct one of them',
  },
  TUNNEL_HOSTS_INCOMPLETE: {
    exitCode: 75,
    message: 'the command did not succeed on all hosts: {problems}',
    hint: 'on the other hosts it succeeded; run it again for these hosts with --host',
  },
});

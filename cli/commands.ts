/** The commands of `oneext`. Each is loaded when it is called: a new one costs the others no time. */
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
  {
    name: 'install',
    summary: 'put the suite on this front-end, or bring it up to date',
    load: async () => (await import('./install/install.ts')).install,
  },
  {
    name: 'uninstall',
    summary: 'take the suite away from this front-end',
    load: async () => (await import('./install/uninstall.ts')).uninstall,
  },
  {
    name: 'hosts',
    summary: 'give hypervisors their power agent, see how they are, take it away',
    load: async () => (await import('./hosts/hosts.ts')).hosts,
  },
  {
    name: 'top',
    summary: 'show VMs by the power that they draw, live or once',
    load: async () => (await import('./top/top.ts')).top,
  },
  {
    name: 'power',
    summary: 'see which hosts could be emptied and switched off',
    load: async () => (await import('./power/power.ts')).power,
  },
  {
    name: 'energy',
    summary: 'report the energy that VMs have used, and verify the accounts of it',
    load: async () => (await import('./energy/energy.ts')).energy,
  },
  {
    name: 'guest',
    summary: 'make the OneGate tokens safe with which VMs ask for their own power',
    load: async () => (await import('./guest/guest.ts')).guest,
  },
  {
    name: 'token',
    summary: 'make, attenuate, inspect and revoke tokens that serve as passwords',
    load: async () => (await import('./token/token.ts')).token,
  },
  {
    name: 'geolocation',
    summary: 'look up where an address stands',
    load: async () => (await import('./geolocation.ts')).geolocation,
  },
  {
    name: 'prometheus',
    summary: "bring Prometheus' configuration and the VMs' target files in line with the cloud",
    load: async () => (await import('./prometheus/prometheus.ts')).prometheus,
  },
  {
    name: 'grafana',
    summary: 'put the dashboards into Grafana',
    load: async () => (await import('./grafana/grafana.ts')).grafana,
  },
  {
    name: 'tunnel',
    summary: 'list the tunnels of live migrations, and remove what is left of them',
    load: async () => (await import('./tunnel.ts')).tunnel,
  },
  {
    name: 'doctor',
    summary: 'look at every link of the chain, and say what to do next',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
];

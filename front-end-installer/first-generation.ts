/**
 * Files of the first-generation add-on, at the paths that its installation instructions name. Some stand where
 * OpenNebula's own files belong: a file counts only with its marks.
 */
import type { Places } from '../lib/one/places.ts';
import type { Part } from './parts.ts';

export interface OldFile {
  readonly path: string;
  readonly part: Part;
  /** Texts that are in the first generation's file, and in no file of OpenNebula. */
  readonly marks: readonly RegExp[];
  /**
   * What becomes of it: it goes; something of ours stands there instead; OpenNebula's own file, kept beside it, comes
   * back; or it stays, unused.
   */
  readonly fate:
    | { readonly kind: 'remove' }
    | { readonly kind: 'replace'; readonly script: string }
    | { readonly kind: 'restore'; readonly from: string }
    | { readonly kind: 'name' };
  readonly instead: string;
}

const reinstall =
  'the package manager brings back its own: apt-get install --reinstall, or dnf reinstall, opennebula-prometheus';

/** For those who call it by hand, from cron, or as `ruby FILE`. */
const patchScript = (suite: string): string => `#!/usr/bin/env ruby
# opennebula-extensions: in place of the first generation's patch_datasources.rb.
exec('${suite}/oneext', 'prometheus', 'patch')
`;

export const oldFiles = ({ share, lib, remotes, suite }: Places): readonly OldFile[] => [
  {
    path: `${share}/geo.rb`,
    part: 'geolocation',
    marks: [/GEOLOCATION/],
    fate: { kind: 'remove' },
    instead: 'the hook host_geolocation takes its place',
  },
  {
    path: `${share}/patch_datasources.rb`,
    part: 'prometheus',
    marks: [/sr_exporter/],
    fate: { kind: 'remove' },
    instead: 'vm_scrape_target and oneext prometheus patch take its place',
  },
  {
    path: `${share}/prometheus/patch_datasources.rb`,
    part: 'prometheus',
    marks: [/sr_exporter/],
    fate: { kind: 'replace', script: patchScript(suite) },
    instead: `it calls oneext prometheus patch now; ${reinstall}`,
  },
  {
    path: `${lib}/opennebula_exporter/opennebula_vm_collector.rb`,
    part: 'exporter',
    marks: [/scaph/],
    fate: { kind: 'name' },
    instead: `opennebula-exporter takes its place, and nothing loads it; ${reinstall}`,
  },
  {
    path: `${remotes}/vmm/kvm/migrate`,
    part: 'live-migrate',
    marks: [/migrate_default/, /tunnel/],
    fate: { kind: 'restore', from: `${remotes}/vmm/kvm/migrate_default` },
    instead: "OpenNebula's own migrate, which stood beside it as migrate_default, comes back",
  },
  {
    path: `${remotes}/vmm/kvm/tunnel.sh`,
    part: 'live-migrate',
    marks: [/vxlan|ovs-vsctl/i],
    fate: { kind: 'remove' },
    instead: 'migrate_tunnel takes its place',
  },
];

export const isOldFile = (file: OldFile, content: string): boolean =>
  file.marks.every((mark) => mark.test(content));

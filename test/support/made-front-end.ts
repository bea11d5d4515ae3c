/** A tree of a front-end in a temporary folder: its files, what they look like, and what they were. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';
import { temporaryFolder } from './temporary.ts';

export interface MadeFrontEnd {
  readonly root: string;
  readonly write: (frontEndPath: string, content: string, mode?: number) => void;
  readonly read: (frontEndPath: string) => string;
  /** Every path with its kind, mode, owner and content: two trees are the same if these are. */
  readonly describe: () => ReadonlyMap<string, string>;
}

/** `oned.conf` of the manner of a version: the folders of these names in test/front-end-installer/testcases. */
export const onedConfOf = (version: '6.10' | '7.4'): string =>
  readFileSync(repositoryPath(`test/front-end-installer/testcases/as-in-${version}/input.conf`), 'latin1');

export const describeTree = (root: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const file = path.join(folder, name);
      const stats = lstatSync(file);
      const mode = `${(stats.mode & 0o7777).toString(8)} of ${stats.uid}`;
      const shown = path.relative(root, file);
      if (stats.isSymbolicLink()) found.set(shown, `link ${readlinkSync(file)}`);
      else if (stats.isDirectory()) {
        found.set(shown, `folder ${mode}`);
        visit(file);
      } else
        found.set(shown, `file ${mode} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
    }
  };
  visit(root);
  return found;
};

/** With OpenNebula's packages for front-end, hypervisor and Prometheus, and some files of the site. */
export const makeFrontEnd = (t: TestContext, version: '6.10' | '7.4' = '7.4'): MadeFrontEnd => {
  const root = temporaryFolder(t);
  const write: MadeFrontEnd['write'] = (frontEndPath, content, mode = 0o644) => {
    const file = path.join(root, frontEndPath);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, 'latin1');
    chmodSync(file, mode);
  };
  write('/etc/one/oned.conf', onedConfOf(version), 0o640);
  write('/etc/one/monitord.conf', '# as it came\nIM_MAD = [ NAME = "kvm" ]\n', 0o640);
  write('/etc/sudoers.d/opennebula-node-kvm', 'oneadmin ALL=(ALL) NOPASSWD: ONE_NET\n', 0o440);
  write('/usr/lib/systemd/system/opennebula-exporter.service', '[Service]\nExecStart=/usr/bin/ruby x\n');
  write('/usr/share/one/prometheus/patch_datasources.rb', '# as it came\n', 0o755);
  write('/usr/lib/one/opennebula_exporter/opennebula_vm_collector.rb', '# as it came\n');
  write('/var/lib/one/remotes/vmm/kvm/migrate', '#!/bin/sh\n# as it came\n', 0o755);
  write('/var/lib/one/remotes/auth/ssh/authenticate', '#!/bin/sh\n# as it came\n', 0o755);
  return {
    root,
    write,
    read: (frontEndPath) => readFileSync(path.join(root, frontEndPath), 'latin1'),
    describe: () => describeTree(root),
  };
};

/** The first generation, at the paths and with the marks of its files. */
export const addFirstGeneration = ({ write, read }: MadeFrontEnd): void => {
  write('/usr/share/one/geo.rb', '#!/usr/bin/env ruby\n# sets GEOLOCATION\n', 0o755);
  write('/usr/share/one/patch_datasources.rb', "#!/usr/bin/env ruby\n'job_name' => 'sr_exporter'\n", 0o755);
  write('/usr/share/one/prometheus/patch_datasources.rb', "'job_name' => 'sr_exporter'\n", 0o755);
  write('/usr/lib/one/opennebula_exporter/opennebula_vm_collector.rb', 'grep(/^scaph_process/)\n');
  const kvm = '/var/lib/one/remotes/vmm/kvm';
  write(`${kvm}/migrate_default`, read(`${kvm}/migrate`), 0o755);
  write(`${kvm}/migrate`, '#!/bin/bash\n. tunnel.sh\nopen_tunnel\n"$dir/migrate_default" "$@"\n', 0o755);
  write(`${kvm}/tunnel.sh`, 'sudo ovs-vsctl add-br x\n', 0o644);
  write('/var/lib/one/remotes/auth/biscuit/authenticate', '#!/bin/bash\nbiscuit inspect -\n', 0o755);
};

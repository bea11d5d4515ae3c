/** `oneext guest share`: the folder with a VM's own energy as a device of the VM. */
import { planShare, shareKinds } from '../../guest/shared-folder.ts';
import { shareTag } from '../../guest/templates/guest-setup.ts';
import { choiceOption, durationOption, flagsOnly, type OptionSpec } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { checkOption, defineVerb } from '../command.ts';
import { changeVms } from './change-vms.ts';
import { readVirtiofsProblem } from './io/read-share-hosts.ts';
import { parseVmIds } from './io/sharing-vms.ts';

const folderOption: OptionSpec<string> = {
  help: "folder on the hypervisors below which each VM has its own: that of host.sh's --guest-trees",
  form: 'DIRECTORY',
  default: '/var/lib/libvirt/scaphandre',
  parse: (text) =>
    /^(?:\/[\w.-]+)+$/.test(text)
      ? { value: text }
      : { mustBe: 'an absolute path of letters, digits, "_", "." and "-", without "/" at its end' },
};

export const share = defineVerb({
  name: 'share',
  summary: "let VMs read the folder in which their hypervisor keeps the VM's own energy, without a network",
  operands: 'VM [VM...]',
  details: `Adds the folder to RAW of each VM (onevm updateconf); what stands in RAW stays. VM is an id; the VM must be in HOLD,
PENDING, POWEROFF or UNDEPLOYED, and has the share from its next start on. By default it is virtiofs, read-only and
without a cache, where every hypervisor has libvirt 11 or newer (each is asked by ssh), else 9p. A VM with virtiofs
migrates where libvirt and QEMU can (those of Debian 13); one with 9p, while it does not have the share mounted. Needs
opennebula-power-agent with --guest-trees on the hypervisors, and in the VM power-guest.sh --share ${shareTag}
(oneext guest template --way share).`,
  options: {
    check: checkOption,
    ...flagsOnly({
      filesystem: choiceOption(
        {
          help: 'how the folder is shared; auto: virtiofs where all hypervisors can, else 9p',
          default: 'auto',
        },
        ['auto', ...shareKinds],
      ),
      folder: folderOption,
      'ssh-timeout': durationOption(
        { help: 'how long a hypervisor may take to tell its version of libvirt', default: '15s' },
        1000,
        600_000,
      ),
    }),
    ...suiteOptions,
  },
  run: async ({ operands, options }, terminal) => {
    const ids = parseVmIds(operands);
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const { filesystem } = options;
    const hostsProblem =
      filesystem === '9p' ? undefined : await readVirtiofsProblem(client, options['ssh-timeout']);
    if (filesystem === 'auto' && hostsProblem !== undefined)
      terminal.writeNote(`9p is taken: ${hostsProblem.replace(/; take --filesystem 9p.*$/, '')}.\n`);
    const kind = filesystem === 'auto' ? undefined : filesystem;
    await changeVms({ client, terminal, check: options.check }, ids, (vm) => {
      const folder = `${options.folder}/${vm.domain}`;
      const plan = planShare(vm, { kind, folder, tag: shareTag, hostsProblem });
      if ('problem' in plan) return plan;
      const what = `${folder} by ${plan.kind}, with the tag ${shareTag}`;
      return { raw: plan.raw, done: `has ${what}, from its next start on`, already: `has ${what}` };
    });
  },
});

/** Names of programs that run VMs. */

/** `.qemu-system-x86_64-wrapped` too: NixOS names binaries so that stand behind a wrapper. */
export const isQemuName = (name: string): boolean => /^\.?(?:qemu|kvm)/.test(name);

/**
 * Which process is a VM: its program is a QEMU binary, and the first `-name guest=` of its command line says
 * which VM it is. Agents write a command line without the spaces between its words.
 */
import { isQemuName } from '../../lib/one/emulator.ts';

/** The name of a VM in OpenNebula, where it ends, or nothing of both where the guest has another name. */
const firstGuest = /-nameguest=(?:one-(0|[1-9]\d{0,14})(?:,|-|$))?/;
/** The kernel knows no more of a program's own name. */
const longestCommandName = 15;

export interface VmProcessText {
  /** Path or name of the binary, or the first characters of its name; '' where it could not be read. */
  readonly exe: string;
  readonly commandLine: string;
}

export type VmProcessReader = (text: VmProcessText) => number | undefined;

/**
 * A function that gives the id of the VM that a process is, if it is one.
 *
 * @param emulators names of programs that are QEMU as well
 */
export const createVmProcessReader = (emulators: readonly string[]): VmProcessReader => {
  const isEmulator = (exe: string): boolean => {
    const name = exe.replace(/ \(deleted\)$/, '').replace(/^.*\//, '');
    const isCut = name.length === longestCommandName && name === exe;
    return isQemuName(name) || emulators.some((other) => other === name || (isCut && other.startsWith(name)));
  };
  /** Options may stand at the end of the first word. A path in it begins with `/`, else it is another program's. */
  const beginsWithEmulator = (words: string): boolean => {
    const name = /^(?:\/\S*\/)?([^/\s]+)$/.exec(words)?.[1] ?? '';
    return isQemuName(name) || emulators.some((other) => name === other || name.startsWith(`${other}-`));
  };
  return ({ exe, commandLine }) => {
    const guest = firstGuest.exec(commandLine);
    if (guest?.[1] === undefined) return undefined;
    const isVm = exe === '' ? beginsWithEmulator(commandLine.slice(0, guest.index)) : isEmulator(exe);
    return isVm ? Number(guest[1]) : undefined;
  };
};

/**
 * Which process is a VM: its program is a QEMU binary, and the first `-name guest=` of its command line says which
 * domain it is. Agents write a command line without the spaces between its words.
 */
import { isQemuName } from '../../lib/one/emulator.ts';
import type { Domain } from './agent.ts';

const guestOption = '-nameguest=';
/** libvirt doubles the commas of a name, and writes another option of `-name` behind it. */
const wholeName = /^((?:[^,]|,,)+),(?:debug-threads|process)=/;
/** Older versions of libvirt write none, so the next word of the command line follows the name. */
const nameOfOpenNebula = /^(one-(?:0|[1-9]\d{0,14}))(?:,|-|$)/;
const uuidOption = /-uuid([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?![\da-f])/i;
/** The kernel knows no more of a program's own name. */
const longestCommandName = 15;

export interface VmProcessText {
  /** Path or name of the binary, or the first characters of its name; '' where it could not be read. */
  readonly exe: string;
  readonly commandLine: string;
}

export type VmProcessReader = (text: VmProcessText) => Domain | undefined;

/** Whether a program runs VMs. @param exe its path or name */
export const createEmulatorTest = (emulators: readonly string[]): ((exe: string) => boolean) => {
  return (exe) => {
    const name = exe.replace(/ \(deleted\)$/, '').replace(/^.*\//, '');
    const isCut = name.length === longestCommandName && name === exe;
    return isQemuName(name) || emulators.some((other) => other === name || (isCut && other.startsWith(name)));
  };
};

/**
 * A function that gives the domain that a process is, if it is one.
 *
 * @param emulators names of programs that are QEMU as well
 */
export const createVmProcessReader = (emulators: readonly string[]): VmProcessReader => {
  const isEmulator = createEmulatorTest(emulators);
  /** Options may stand at the end of the first word. A path in it begins with `/`, else it is another program's. */
  const beginsWithEmulator = (words: string): boolean => {
    const name = /^(?:\/\S*\/)?([^/\s]+)$/.exec(words)?.[1] ?? '';
    return isQemuName(name) || emulators.some((other) => name === other || name.startsWith(`${other}-`));
  };
  return ({ exe, commandLine }) => {
    const at = commandLine.indexOf(guestOption);
    if (at < 0) return undefined;
    const rest = commandLine.slice(at + guestOption.length);
    const name = (wholeName.exec(rest) ?? nameOfOpenNebula.exec(rest))?.[1]?.replaceAll(',,', ',');
    if (name === undefined) return undefined;
    const isVm = exe === '' ? beginsWithEmulator(commandLine.slice(0, at)) : isEmulator(exe);
    return isVm ? { name, uuid: uuidOption.exec(rest)?.[1]?.toLowerCase() ?? '' } : undefined;
  };
};

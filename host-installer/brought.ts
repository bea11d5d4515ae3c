/** What oneext brings to a hypervisor besides host.sh: the agent's program, where the hypervisor does not have it. */

export interface Brought {
  /** Of host.sh, which takes it as a file. */
  readonly option: '--onepower-archive' | '--kepler-binary';
  readonly content: Buffer;
  readonly sha256: string;
  /** As uname -m has it, or any. */
  readonly machine: string;
}

/** remote.sh asks for it where it is needed, and puts a file in the place of the value. */
export const formatBrought = ({ option, content, sha256, machine }: Brought): readonly string[] => [
  option,
  `brought:${content.length}:${sha256}:${machine}`,
];

/** What of it a host asks for: all from a byte on; `undefined` where the line asks for nothing. */
export const answerWish = (line: string, brought: Brought | undefined): Buffer | undefined => {
  const [, offset] = /^oneext-hosts: wants (\d{1,12})$/.exec(line) ?? [];
  return offset === undefined || brought === undefined ? undefined : brought.content.subarray(Number(offset));
};

const machines: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** @param arch as Node has it */
export const machineOf = (arch: string): string => machines[arch] ?? arch;

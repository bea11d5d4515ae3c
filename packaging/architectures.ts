/** The kinds of machine that packages are for, by the names that each format has for them. */
export interface Architecture {
  /** Of Debian, and of our own option. */
  readonly name: 'amd64' | 'arm64';
  /** Of rpm and `uname -m`. */
  readonly machine: 'x86_64' | 'aarch64';
  /** Of Node. */
  readonly node: 'x64' | 'arm64';
}

export const architectures: readonly Architecture[] = [
  { name: 'amd64', machine: 'x86_64', node: 'x64' },
  { name: 'arm64', machine: 'aarch64', node: 'arm64' },
];

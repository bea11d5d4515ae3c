/** dist/THIRD-PARTY-LICENSES as paragraphs of Debian's copyright file. */
const paragraph = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .\n' : ` ${line.trimEnd()}\n`))
    .join('');

const formatPackage = (section: string): string => {
  const [head = '', ...rest] = section.trim().split('\n');
  const [, name, license] = /^(\S+) \S+ \((\S+)\)$/.exec(head) ?? [];
  if (name === undefined || license === undefined)
    throw new Error(`no name and license: ${JSON.stringify(head)}`);
  const text = rest.join('\n').trim();
  const owners = text
    .split('\n')
    .flatMap((line) => /^\s*Copyright (?:\([cC]\) )?(?:by )?([\dA-Z].*)$/.exec(line)?.[1] ?? []);
  const copyright = owners.length === 0 ? [`the authors of ${name}`] : owners;
  // Debian has that text once for all.
  const full = license === 'Apache-2.0' ? '' : paragraph(text);
  return `Files: node_modules/${name}/*\nCopyright: ${copyright.join('\n ')}\nLicense: ${license}\n${full}`;
};

export const formatThirdParties = (licenses: string): string =>
  licenses
    .split(/^-{80}$/m)
    .map(formatPackage)
    .join('\n');

/** Where the files of the suite go in a package, and how. */

type Content =
  | { readonly copyOf: string }
  | { readonly text: string }
  /** What gzip makes of it. */
  | { readonly gzipOf: string }
  | { readonly linkTo: string }
  /** A second name of a file of the tree. */
  | { readonly sameAs: string };

export interface PackagedFile {
  /** From the root of the package: `usr/bin/oneext`. */
  readonly path: string;
  readonly mode: 0o440 | 0o644 | 0o755;
  readonly content: Content;
  /** What an operator may change, and what an upgrade so treats with care. */
  readonly isConfiguration?: true;
}

/** A file below dist/. */
export interface BuiltFile {
  readonly path: string;
  readonly isExecutable: boolean;
  readonly size: number;
  readonly sha256: string;
}

export interface TreeInput {
  readonly built: readonly BuiltFile[];
  /** Paths in the repository. */
  readonly documents: readonly string[];
  readonly manual: string;
  readonly completions: { readonly bash: string; readonly zsh: string; readonly fish: string };
  /** In Debian's format, which machines can read. */
  readonly copyrightFor: (programs: string) => string;
  /** Files of the Node that the package brings. */
  readonly node: { readonly binary: string; readonly license: string };
}

export const dataFile = (path: string, content: Content): PackagedFile => ({ path, mode: 0o644, content });

/** What every package has: the Node that its programs run on, and the documents. */
export const planCommon = (
  { programs, doc }: { readonly programs: string; readonly doc: string },
  { node, documents, copyrightFor }: TreeInput,
): readonly PackagedFile[] => [
  { path: `${programs}/node/bin/node`, mode: 0o755, content: { copyOf: node.binary } },
  dataFile(`${programs}/node/LICENSE`, { copyOf: node.license }),
  ...documents.map((path) => dataFile(`${doc}/${path}`, { copyOf: path })),
  dataFile(`${doc}/copyright`, { text: copyrightFor(programs) }),
];

/** What Debian wants besides. */
export const debianFiles = (name: string, changelog: string): readonly PackagedFile[] => [
  dataFile(`usr/share/lintian/overrides/${name}`, { copyOf: `packaging/${name}/lintian-overrides` }),
  dataFile(`usr/share/doc/${name}/changelog.gz`, { gzipOf: changelog }),
];

/** All folders above the files, each once, sorted. */
export const foldersOf = (paths: readonly string[]): readonly string[] => {
  const folders = new Set<string>();
  for (const path of paths) {
    const names = path.split('/').slice(0, -1);
    names.forEach((_, at) => {
      folders.add(names.slice(0, at + 1).join('/'));
    });
  }
  return [...folders].sort();
};

/** The lines of %files in a spec. Folders that are of OpenNebula or the system are not ours. */
export const formatSpecFiles = (files: readonly PackagedFile[], ownFolders: readonly string[]): string => {
  const paths = files.map(({ path }) => path);
  const isOwn = (folder: string): boolean =>
    ownFolders.some((own) => folder === own || folder.startsWith(`${own}/`));
  return [
    ...foldersOf(paths)
      .filter(isOwn)
      .map((folder) => `%dir "/${folder}"\n`),
    ...files.map(({ path, isConfiguration }) => {
      const kind = path.startsWith('usr/share/doc/') ? '%doc ' : '';
      return `${isConfiguration === true ? '%config(noreplace) ' : kind}"/${path}"\n`;
    }),
  ].join('');
};

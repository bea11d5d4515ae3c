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
  readonly mode: 0o644 | 0o755;
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
  readonly copyright: string;
  /** Files of the Node that the package brings. */
  readonly node: { readonly binary: string; readonly license: string };
}

interface Layout {
  readonly programs: string;
  readonly share: string;
  /** Below `share`: where that system's zsh looks. */
  readonly zshFunctions: string;
}

const programs = 'usr/lib/one/opennebula-extensions';
export const debianLayout: Layout = { programs, share: 'usr/share', zshFunctions: 'zsh/vendor-completions' };
export const rpmLayout: Layout = { programs, share: 'usr/share', zshFunctions: 'zsh/site-functions' };
/** All in one folder, which an operator puts where he wants it. */
export const tarballLayout = (folder: string): Layout => ({
  programs: folder,
  share: `${folder}/share`,
  zshFunctions: 'zsh/site-functions',
});

/** From this size on, of two files with the same bytes the second is but a name of the first. */
const leastShared = 65_536;

const planPrograms = (folder: string, built: readonly BuiltFile[]): readonly PackagedFile[] => {
  const first = new Map<string, string>();
  return built.map(({ path, isExecutable, size, sha256 }) => {
    const key = `${sha256} ${isExecutable}`;
    const twin = size < leastShared ? undefined : first.get(key);
    if (twin === undefined) first.set(key, path);
    return {
      path: `${folder}/${path}`,
      mode: isExecutable ? 0o755 : 0o644,
      content: twin === undefined ? { copyOf: `dist/${path}` } : { sameAs: `${folder}/${twin}` },
    };
  });
};

/** The programs and what belongs to them; of the folder of the programs it is a mirror of dist/. */
export const planTree = (layout: Layout, input: TreeInput): readonly PackagedFile[] => {
  const { share, zshFunctions } = layout;
  const doc = `${share}/doc/opennebula-extensions`;
  const data = (path: string, content: Content): PackagedFile => ({ path, mode: 0o644, content });
  return [
    ...planPrograms(layout.programs, input.built),
    { path: `${layout.programs}/node/bin/node`, mode: 0o755, content: { copyOf: input.node.binary } },
    data(`${layout.programs}/node/LICENSE`, { copyOf: input.node.license }),
    ...input.documents.map((path) => data(`${doc}/${path}`, { copyOf: path })),
    data(`${doc}/copyright`, { text: input.copyright }),
    data(`${share}/man/man1/oneext.1.gz`, { gzipOf: input.manual }),
    data(`${share}/bash-completion/completions/oneext`, { text: input.completions.bash }),
    data(`${share}/${zshFunctions}/_oneext`, { text: input.completions.zsh }),
    data(`${share}/fish/vendor_completions.d/oneext.fish`, { text: input.completions.fish }),
  ];
};

/** What a package of a system has besides: the command in PATH, the sample beside OpenNebula's configuration. */
export const systemFiles: readonly PackagedFile[] = [
  {
    path: 'usr/bin/oneext',
    mode: 0o755,
    content: { linkTo: '../lib/one/opennebula-extensions/oneext' },
  },
  {
    path: 'etc/one/oneext.yaml.sample',
    mode: 0o644,
    content: { copyOf: 'dist/oneext.yaml.sample' },
    isConfiguration: true,
  },
];

/** What Debian wants besides. */
export const debianFiles = (changelog: string): readonly PackagedFile[] => [
  {
    path: 'usr/share/lintian/overrides/opennebula-extensions',
    mode: 0o644,
    content: { copyOf: 'packaging/debian/lintian-overrides' },
  },
  {
    path: 'usr/share/doc/opennebula-extensions/changelog.gz',
    mode: 0o644,
    content: { gzipOf: changelog },
  },
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

const own = /^usr\/(lib\/one\/opennebula-extensions|share\/doc\/opennebula-extensions)(\/|$)/;

/** The lines of %files in a spec. Folders that are of OpenNebula or the system are not ours. */
export const formatSpecFiles = (files: readonly PackagedFile[]): string => {
  const paths = files.map(({ path }) => path);
  const folders = foldersOf(paths).filter((folder) => own.test(folder));
  return [
    ...folders.map((folder) => `%dir "/${folder}"\n`),
    ...files.map(({ path, isConfiguration }) => {
      const kind = path.startsWith('usr/share/doc/') ? '%doc ' : '';
      return `${isConfiguration === true ? '%config(noreplace) ' : kind}"/${path}"\n`;
    }),
  ].join('');
};

/** The package of front-ends: the whole suite. */
import { posix } from 'node:path';
import { type BuiltFile, dataFile, type PackagedFile, planCommon, type TreeInput } from './tree.ts';

interface Layout {
  readonly programs: string;
  readonly share: string;
  /** Below `share`: where that system's zsh looks. */
  readonly zshFunctions: string;
}

export const frontEndPrograms = 'usr/lib/one/opennebula-extensions';
export const debianLayout: Layout = {
  programs: frontEndPrograms,
  share: 'usr/share',
  zshFunctions: 'zsh/vendor-completions',
};
export const rpmLayout: Layout = {
  programs: frontEndPrograms,
  share: 'usr/share',
  zshFunctions: 'zsh/site-functions',
};
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

/** A document that is a program's file as well is there once, and its folder or file among the documents a link. */
const linkTwins = (
  { programs, doc }: { readonly programs: string; readonly doc: string },
  { built, documents }: TreeInput,
): { readonly links: readonly PackagedFile[]; readonly others: readonly string[] } => {
  const programFiles = new Set(built.map(({ path }) => path));
  const isTwin = (path: string): boolean => programFiles.has(path);
  const topOf = (path: string): string => path.split('/').slice(0, 2).join('/');
  const tops = new Set(documents.filter(isTwin).map(topOf));
  return {
    others: documents.filter((path) => !isTwin(path)),
    links: [...tops].map((top) =>
      dataFile(`${doc}/${top}`, {
        linkTo: posix.relative(posix.dirname(`${doc}/${top}`), `${programs}/${top}`),
      }),
    ),
  };
};

/** The programs and what belongs to them; of the folder of the programs it is a mirror of dist/. */
export const planTree = (layout: Layout, input: TreeInput): readonly PackagedFile[] => {
  const { programs, share, zshFunctions } = layout;
  const places = { programs, doc: `${share}/doc/opennebula-extensions` };
  const { links, others } = linkTwins(places, input);
  return [
    ...planPrograms(programs, input.built),
    ...planCommon(places, { ...input, documents: others }),
    ...links,
    dataFile(`${share}/man/man1/oneext.1.gz`, { gzipOf: input.manual }),
    dataFile(`${share}/bash-completion/completions/oneext`, { text: input.completions.bash }),
    dataFile(`${share}/${zshFunctions}/_oneext`, { text: input.completions.zsh }),
    dataFile(`${share}/fish/vendor_completions.d/oneext.fish`, { text: input.completions.fish }),
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

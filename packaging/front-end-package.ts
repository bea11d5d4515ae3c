/** The package of front-ends: the whole suite. */
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

/** The programs and what belongs to them; of the folder of the programs it is a mirror of dist/. */
export const planTree = (layout: Layout, input: TreeInput): readonly PackagedFile[] => {
  const { programs, share, zshFunctions } = layout;
  return [
    ...planPrograms(programs, input.built),
    ...planCommon({ programs, doc: `${share}/doc/opennebula-extensions` }, input),
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

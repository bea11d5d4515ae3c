/** How executables are bundled: each is one file, and the token library is its glue code alone. */
import path from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

const biscuit = './node_modules/@biscuit-auth/biscuit-wasm/module';

export const biscuitWasm = `${biscuit}/biscuit_bg.wasm`;

/**
 * Modules of Node that many runs do not need, and that cost up to half of an empty start: they are loaded when
 * something of them is used (docs/adr/0023-start-sooner.md).
 */
const lateBuiltins: Plugin = {
  name: 'late-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(tls|crypto)$/ }, ({ path: name, namespace }) =>
      namespace === 'late-builtin'
        ? { path: name, external: true }
        : { path: name, namespace: 'late-builtin' },
    );
    onLoad({ filter: /./, namespace: 'late-builtin' }, async ({ path: name }) => {
      const members = Object.keys(await import(name)).filter((member) => member !== 'default');
      const getters = members.map((member) => `get ${member}() { return require('${name}').${member}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
  },
};

/** Of the yearly factors of CO2, the numbers alone: their file has much else. */
const gridFactors: Plugin = {
  name: 'grid-factors',
  setup({ onLoad }) {
    onLoad({ filter: /@tgwf\/co2\/dist\/.*\/yearly_\d{4}\.js$/ }, async ({ path: file }) => {
      const { default: year } = await import(file);
      const values = Object.entries<{ readonly carbonIntensity?: { readonly value: number } }>(year.data).map(
        ([zone, { carbonIntensity }]) => [zone, { carbonIntensity: { value: carbonIntensity?.value } }],
      );
      return { contents: `export default ${JSON.stringify({ data: Object.fromEntries(values) })};` };
    });
  },
};

const everywhere = [lateBuiltins, gridFactors];

/** Keeps a package that few runs need out of a bundle: it stands in a file of its own, loaded when it is needed. */
export const packageApart = (name: string): BuildOptions => ({
  plugins: [
    ...everywhere,
    {
      name: 'package-apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: `./${name}.js`, external: true })),
    },
  ],
  supported: { 'dynamic-import': false },
});

/** Keeps modules of ours that are imported when they are needed out of a bundle: that file beside it has them. */
export const modulesApart = (file: string): BuildOptions => ({
  plugins: [
    ...everywhere,
    {
      name: 'modules-apart',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /./, namespace: 'apart' }, ({ path: name }) => ({ path: name, external: true }));
        onResolve({ filter: /^\.{1,2}\// }, ({ kind, path: name, resolveDir }) =>
          kind === 'dynamic-import'
            ? { path: path.relative('.', path.join(resolveDir, name)), namespace: 'apart' }
            : undefined,
        );
        onLoad({ filter: /./, namespace: 'apart' }, ({ path: name }) => ({
          contents: `module.exports = require('./${file}')['${name}']();`,
        }));
      },
    },
  ],
});

/** That file, for the inputs of the bundle: each of its modules is initialized when it is asked for. */
export const formatModulesApart = (inputs: readonly string[]): string => {
  const names = inputs.flatMap((input) => /^apart:(.*)$/.exec(input)?.[1] ?? []);
  return `module.exports = { ${names.map((name) => `'${name}': () => require('./${name}')`).join(', ')} };`;
};

export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Its entry imports the .wasm file; auth-biscuit/io/biscuit.ts loads that instead.
  alias: { '@biscuit-auth/biscuit-wasm': `${biscuit}/biscuit_bg.js` },
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Those of programs. */
export const programOptions: BuildOptions = { ...bundleOptions, plugins: everywhere };

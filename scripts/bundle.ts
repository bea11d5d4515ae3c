/** How executables are bundled: each is one file, and the token library is its glue code alone. */
import type { BuildOptions } from 'esbuild';

const biscuit = './node_modules/@biscuit-auth/biscuit-wasm/module';

export const biscuitWasm = `${biscuit}/biscuit_bg.wasm`;

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

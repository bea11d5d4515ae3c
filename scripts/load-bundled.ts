/** Modules that Node alone cannot import (see auth-biscuit/io/biscuit.ts), bundled as the build does it. */
import { createRequire } from 'node:module';
import { buildSync } from 'esbuild';
import { bundleOptions } from './bundle.ts';

/** @param contents the module that exports them, as it would stand in the repository's root */
export const loadBundled = (contents: string): unknown => {
  const { outputFiles } = buildSync({
    ...bundleOptions,
    stdin: { contents, resolveDir: process.cwd() },
    write: false,
  });
  const module = { exports: {} };
  const require = createRequire(import.meta.url);
  new Function('module', 'exports', 'require', outputFiles[0]?.text ?? '')(module, module.exports, require);
  return module.exports;
};

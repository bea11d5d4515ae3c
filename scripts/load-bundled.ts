/** Modules that Node alone cannot import (see auth-biscuit/io/biscuit.ts), bundled as the build does it. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { bundleOptions } from './bundle.ts';

/** @param contents the module that exports them, as it would stand in the repository's root */
export const loadBundled = (contents: string): unknown => {
  const { outputFiles } = buildSync({
    ...bundleOptions,
    stdin: { contents, resolveDir: process.cwd() },
    write: false,
  });
  // As it would run from dist/, where bundles stand.
  const file = path.resolve('dist/bundle.js');
  const module = { exports: {} };
  const run = new Function(
    'module',
    'exports',
    'require',
    '__filename',
    '__dirname',
    outputFiles[0]?.text ?? '',
  );
  run(module, module.exports, createRequire(import.meta.url), file, path.dirname(file));
  return module.exports;
};

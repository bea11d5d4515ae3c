/**
 * The only file that knows the token library, @biscuit-auth/biscuit-wasm 0.6.
 *
 * Its own entry imports a .wasm file, which Node 20 cannot do, and prints to stdout while it starts. So the
 * build takes its glue code alone (scripts/build.ts), and here the module is made from the file beside the
 * executable, with a console that is silent: what the library prints may be text of a token.
 *
 * Its clock stands still. Before it looks at the limits that it is given, the library keeps one of its own, a
 * millisecond of the clock, which a machine that is busy exceeds at random. What ends a computation here is
 * the limit of processor time (launcher.sh).
 */
import { readFileSync } from 'node:fs';
import * as glue from '@biscuit-auth/biscuit-wasm';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { authError } from '../errors.ts';

declare module '@biscuit-auth/biscuit-wasm' {
  /** In the glue code, but not in its types: gives it the instance that it calls. */
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

const prints = /^__wbg_(?:log|error|debug|info|warn)_/;

export type Biscuits = typeof glue;
export type { Authorizer, Biscuit, Check, Fact, Policy } from '@biscuit-auth/biscuit-wasm';

/** Loads the library from its .wasm file; fails with AUTH_LIBRARY_UNUSABLE. */
export const loadBiscuit = (wasmFile: string): Biscuits => {
  try {
    const module = new WebAssembly.Module(readFileSync(wasmFile));
    const functions: Readonly<Record<string, unknown>> = glue;
    const imports: WebAssembly.Imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      const own = name === 'performance_now' ? () => 0 : functions[name];
      imports[from] ??= {};
      imports[from][name] = prints.test(name) ? () => undefined : own;
    }
    const { exports } = new WebAssembly.Instance(module, imports);
    glue.__wbg_set_wasm(exports);
    (exports['__wbindgen_start'] as () => void)();
    return glue;
  } catch (thrown) {
    throw authError('AUTH_LIBRARY_UNUSABLE', { file: wasmFile, detail: reasonOf(thrown) }, thrown);
  }
};

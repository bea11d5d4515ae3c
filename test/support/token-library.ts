/**
 * The token library and what we make of it, in this process. Node alone cannot import the library (see
 * auth-biscuit/io/biscuit.ts), so it is bundled here as the build does it.
 */
import type * as Library from '../../auth-biscuit/io/biscuit.ts';
import type * as Verification from '../../auth-biscuit/io/token-library.ts';
import type * as Tokens from '../../auth-biscuit/io/tokens.ts';
import { biscuitWasm } from '../../scripts/bundle.ts';
import { loadBundled } from '../../scripts/load-bundled.ts';
import { repositoryPath } from './expected.ts';

type Modules = typeof Library & typeof Verification & typeof Tokens;

const contents = ['biscuit', 'token-library', 'tokens']
  .map((name) => `export * from './auth-biscuit/io/${name}.ts';`)
  .join('\n');

export const modules = loadBundled(contents) as Modules;
export const wasmFile = repositoryPath('dist/auth/biscuit/biscuit.wasm');
/** As it comes, without our limit of memory: making a token of many blocks needs more than judging it. */
export const biscuits = modules.loadBiscuit(repositoryPath(biscuitWasm));

/** A token of a user's own making: the Datalog of its authority block and of each further block. */
export const makeToken = (privateKey: string, authority: string, ...further: readonly string[]): string => {
  const builder = new biscuits.BiscuitBuilder();
  builder.addCode(authority);
  let token = builder.build(biscuits.PrivateKey.fromString(privateKey));
  for (const code of further) {
    const block = new biscuits.BlockBuilder();
    block.addCode(code);
    token = token.appendBlock(block);
  }
  return token.toBase64();
};

/** The token library, from the file beside the executable. */
import path from 'node:path';
import { type Biscuits, loadBiscuit } from '../../auth-biscuit/io/biscuit.ts';

export const biscuits = (): Biscuits =>
  loadBiscuit(path.join(path.dirname(process.argv[1] ?? ''), 'biscuit.wasm'));

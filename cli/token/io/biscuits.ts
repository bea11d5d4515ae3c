/** The token library, from the file beside the executable, wherever that is linked to. */
import path from 'node:path';
import { type Biscuits, loadBiscuit } from '../../../auth-biscuit/io/biscuit.ts';

export const biscuits = (): Biscuits => loadBiscuit(path.join(__dirname, 'biscuit.wasm'));

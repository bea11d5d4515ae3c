/** Users as one.userpool.info and one.user.info describe them: as far as OneGate's tokens need them. */
import { type OneElement, parseInteger, shapeOf, text, textAt } from './document-reader.ts';

export interface User {
  readonly id: number;
  readonly name: string;
  /** From it, the tokens of the VMs that the user has created are made; `undefined` where there is none. A secret. */
  readonly tokenPassword: string | undefined;
}

export const userShape = shapeOf({ ID: text, NAME: text, TEMPLATE: { TOKEN_PASSWORD: text } });

/** `undefined` when the element has no ID. */
export const parseUser = (element: OneElement): User | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined || id < 0) return undefined;
  const password = textAt(element, 'TEMPLATE', 'TOKEN_PASSWORD') ?? '';
  const tokenPassword = password === '' ? undefined : password;
  return { id, name: textAt(element, 'NAME') ?? '', tokenPassword };
};

/** How all users are read. */
export const userPool = {
  method: 'one.userpool.info',
  parameters: [],
  objectName: 'USER',
  shape: userShape,
  parse: parseUser,
} as const;

/**
 * Whether a TOKEN_PASSWORD is of the kind that oned makes: the SHA-256 of a random number of 31 bits, which whoever
 * reads one token finds by trying. One of less than 32 characters makes no token at all.
 */
export const isWeakTokenPassword = (password: string): boolean =>
  password.length < 32 || /^[0-9a-f]{64}$/.test(password);

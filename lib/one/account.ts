/** The user of a call, as one.user.info(-1) describes it. */
import {
  childOf,
  childrenOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

export interface Account {
  readonly id: number | undefined;
  readonly name: string;
  /** Ids of all its groups; 0 is oneadmin. */
  readonly groupIds: readonly number[];
}

export const accountShape = shapeOf({ ID: text, GID: text, NAME: text, GROUPS: { ID: text } });

export const parseAccount = (element: OneElement): Account => ({
  id: parseInteger(textAt(element, 'ID')),
  name: textAt(element, 'NAME') ?? '',
  groupIds: [textAt(element, 'GID'), ...childrenOf(childOf(element, 'GROUPS'), 'ID').map((id) => id.text)]
    .map(parseInteger)
    .filter((id) => id !== undefined),
});

export const administrators = 0;

/**
 * Reads the objects of one of oned's documents, one by one, keeping of each only what its shape names.
 *
 * A pool (`<VM_POOL><VM>...</VM><VM>...`) is never held: each object is handed over as soon as it ends.
 */
import { createXmlScanner, type XmlScanner } from './xml-scanner.ts';
import { decodeText } from './xml-text.ts';

/** The children to keep, by name; a shape without children keeps an element's text. */
export type Shape = ReadonlyMap<string, Shape>;
interface ShapeSpec {
  readonly [name: string]: ShapeSpec | 'bulk';
}

/** A large element that is not wanted and that no tenant can write into: it is passed over faster. */
const bulk: Shape = new Map();

/** `shapeOf({ID: text, TEMPLATE: {CPU: text}, PCI_DEVICES: 'bulk'})` */
export const shapeOf = (spec: ShapeSpec): Shape =>
  new Map(
    Object.entries(spec).map(([name, children]) => [name, children === 'bulk' ? bulk : shapeOf(children)]),
  );

/** Keep the text of every child, whatever its name: for templates, whose attributes are free. */
export const everyChild: Shape = Object.assign(new Map<string, Shape>(), { get: () => new Map() });

/** In a shape: keep this element's text. */
export const text: ShapeSpec = {};

export interface OneElement {
  readonly name: string;
  /** `undefined` when the text was longer than `longestText`: unknown rather than cut. */
  readonly text: string | undefined;
  readonly children: readonly OneElement[];
}

interface GrowingElement extends OneElement {
  text: string | undefined;
  children: OneElement[];
}

/** Most elements have no children: they share this. */
const noChildren: OneElement[] = [];

export interface DocumentReader {
  push(chunk: Buffer): void;
  finish(): ReturnType<XmlScanner['finish']>;
  repairs(): number;
}

/** Characters of one text, and elements of one object, that are kept; a hostile object has more. */
const longestText = 8 * 1024 * 1024;
const mostElements = 200_000;

/**
 * @param objectName the element to hand over: the root itself (`RAFT`) or a child of it (`VM` in `VM_POOL`)
 * @param shape what to keep of it
 * @param onObject is given each object once, when it has been read
 */
export const createDocumentReader = (
  objectName: string,
  shape: Shape,
  onObject: (element: OneElement) => void,
): DocumentReader => {
  // The open elements that are kept, and their shapes: two arrays, as this is the hottest place of a refresh.
  const elements: GrowingElement[] = [];
  const shapes: Shape[] = [];
  let rootOpened = false;
  let kept = 0;

  const begin = (name: string, elementShape: Shape): 'read' => {
    const element: GrowingElement = { name, text: '', children: noChildren };
    const parent = elements.at(-1);
    if (parent !== undefined) {
      if (parent.children === noChildren) parent.children = [element];
      else parent.children.push(element);
    }
    elements.push(element);
    shapes.push(elementShape);
    kept += 1;
    return 'read';
  };

  const scanner = createXmlScanner(
    {
      open(name) {
        const parentShape = shapes.at(-1);
        if (parentShape !== undefined) {
          const childShape = parentShape.get(name);
          if (childShape === undefined || kept >= mostElements) return 'skip';
          return childShape === bulk ? 'skip-blindly' : begin(name, childShape);
        }
        const isRoot = !rootOpened;
        rootOpened = true;
        if (name !== objectName) return isRoot ? 'read' : 'skip';
        kept = 0;
        return begin(name, shape);
      },
      text(bytes, from, to, cdata) {
        const element = elements.at(-1);
        if (element?.text === undefined || shapes.at(-1)?.size !== 0) return;
        element.text =
          element.text.length + to - from > longestText
            ? undefined
            : element.text + decodeText(bytes, from, to, cdata);
      },
      close() {
        const done = elements.pop();
        shapes.pop();
        if (done !== undefined && elements.length === 0) onObject(done);
      },
    },
    objectName,
  );
  return { push: scanner.push, finish: scanner.finish, repairs: scanner.repairs };
};

/** The first child of that name. */
export const childOf = (element: OneElement | undefined, name: string): OneElement | undefined =>
  element?.children.find((child) => child.name === name);

/** All children of that name. */
export const childrenOf = (element: OneElement | undefined, name: string): readonly OneElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The text below a path of names; `undefined` where the path does not exist. */
export const textAt = (element: OneElement | undefined, ...path: readonly string[]): string | undefined => {
  let at = element;
  for (const name of path) at = childOf(at, name);
  return at?.text;
};

/** A decimal integer of any size, perhaps negative, as the nearest double: for amounts, of which the last digits do not matter. */
export const parseAmount = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;

/** A decimal integer, perhaps negative, that a double holds exactly; anything else is `undefined`. */
export const parseInteger = (value: string | undefined): number | undefined => {
  const number = parseAmount(value);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** A decimal number such as `0.1`; anything else is `undefined`. */
export const parseDecimal = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value)
    ? Number(value)
    : undefined;

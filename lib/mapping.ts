/** What a parsed JSON or YAML document holds under names, whatever its values are. */
export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** No names at all where the value is no mapping. */
export const readMapping = (value: unknown): Mapping => (isMapping(value) ? value : {});

/** A JSON document that holds names; `undefined` for any other text. */
export const parseMapping = (text: string): Mapping | undefined => {
  try {
    const document: unknown = JSON.parse(text);
    return isMapping(document) ? document : undefined;
  } catch {
    return undefined;
  }
};

/** What a parsed JSON or YAML document holds under names, whatever its values are. */
export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** No names at all where the value is no mapping. */
export const readMapping = (value: unknown): Mapping => (isMapping(value) ? value : {});

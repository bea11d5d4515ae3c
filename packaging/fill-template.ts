/** Puts values in the places `@NAME@` of a template; every place has a value and every value a place. */
export const fillTemplate = (template: string, values: Readonly<Record<string, string>>): string => {
  const used = new Set<string>();
  const text = template.replaceAll(/@([A-Z][A-Z_]*)@/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template has ${place}, for which there is no value`);
    used.add(name);
    return value;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the template has no place for ${unused.join(', ')}`);
  return text;
};

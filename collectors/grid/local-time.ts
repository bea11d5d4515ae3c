/** Days and hours of local time. */

/** The beginning of a day such as `2026-11-28`; `undefined` where it is none. */
export const localDay = (text: string): number | undefined => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  const isThatDay = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day);
  return isThatDay ? date.getTime() : undefined;
};

/** The year and the hour of the day. */
export const localTime = (at: number): { readonly year: number; readonly hour: number } => {
  const date = new Date(at);
  return { year: date.getFullYear(), hour: date.getHours() };
};

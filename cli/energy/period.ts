/** The time that a report is about, with the borders of local time, as showback has them. */

export interface Period {
  /** In milliseconds since 1970. */
  readonly from: number;
  /** Not in it any more. */
  readonly to: number;
}

/** A day or a minute of local time; `undefined` where it is none. */
export const parseMoment = (text: string): number | undefined => {
  const [, year, month, day, hour = '0', minute = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  const isThatDay =
    date.getFullYear() === Number(year) &&
    date.getMonth() === Number(month) - 1 &&
    date.getDate() === Number(day);
  return isThatDay && Number(hour) < 24 && Number(minute) < 60 ? date.getTime() : undefined;
};

export const parseMonth = (text: string): Period | undefined => {
  const [, year, month] = /^((?!00)\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  return {
    from: new Date(Number(year), Number(month) - 1, 1).getTime(),
    to: new Date(Number(year), Number(month), 1).getTime(),
  };
};

const monthOf = (now: Date): Period => ({
  from: new Date(now.getFullYear(), now.getMonth(), 1).getTime(),
  to: new Date(now.getFullYear(), now.getMonth() + 1, 1).getTime(),
});

export interface GivenPeriod {
  readonly month: Period | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The period, or what is wrong with what was given. */
export const periodOf = ({ month, from, to }: GivenPeriod, now: Date): Period | string => {
  if (month !== undefined) {
    const isMore = from !== undefined || to !== undefined;
    return isMore ? '--month cannot be given together with --from or --to' : month;
  }
  if (from === undefined && to === undefined) return monthOf(now);
  if (from === undefined) return '--to needs --from: the report must begin somewhere';
  const end = to ?? now.getTime() + 1;
  return from < end ? { from, to: end } : '--from must be earlier than --to';
};

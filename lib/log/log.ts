/**
 * Log lines as the Prometheus world writes them: a static message plus fields, as logfmt or as JSON.
 * Pure: the sink and the clock are arguments.
 */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ['logfmt', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export type LogFields = Readonly<Record<string, string | number | boolean>>;
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly now: () => Date;
  readonly write: (line: string) => void;
}

const logfmtValue = (value: string | number | boolean): string => {
  const text = String(value);
  return /^[^\s"=\\\u0000-\u001f\u007f]+$/.test(text) ? text : JSON.stringify(text);
};

/** One line, without its end: `time=... level=info msg="..." key=value`, or the same as a JSON object. */
export const formatLogLine = (
  format: LogFormat,
  time: Date,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string => {
  const entries = Object.entries({ time: time.toISOString(), level, msg: message, ...fields });
  if (format === 'json') return JSON.stringify(Object.fromEntries(entries));
  return entries.map(([name, value]) => `${name}=${logfmtValue(value)}`).join(' ');
};

export const createLog = ({ level, format, now, write }: LogOptions): Log => {
  const lowest = logLevels.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(lineLevel) < lowest) return;
      write(`${formatLogLine(format, now(), lineLevel, message, fields)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

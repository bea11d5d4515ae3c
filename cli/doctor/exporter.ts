/** The exporter: answers, is ours, each collector succeeds, its data are fresh; the unit's drop-in. */
import type { ExporterPage } from './exporter-page.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';
import { judgeUnit, type Unit } from './unit.ts';

export interface ExporterFacts {
  readonly url: string;
  /** Whether it may ask for a certificate or a password. */
  readonly isGuarded: boolean;
  readonly page: Attempt<ExporterPage>;
  readonly unit: Attempt<Unit>;
}

const restart = 'systemctl restart opennebula-exporter';
const readLog = 'journalctl -u opennebula-exporter';
const install = 'oneext install --only exporter';
/** Without opennebula-prometheus there is no unit. */
const startByHand =
  'start it as oneadmin: /usr/lib/one/opennebula-extensions/opennebula-exporter; or install opennebula-prometheus, then oneext install';
/** Three scrapes that are missed, as Prometheus is configured by default. */
const mostAgeSeconds = 60;

const hasNoUnit = (unit: Attempt<Unit>): boolean => 'value' in unit && unit.value.loadState === 'not-found';

const judgeNoPage = (problem: string, { url, isGuarded, unit }: ExporterFacts): Verdict =>
  isGuarded
    ? warning(
        `cannot tell: web.config.file guards it, and oneext has no certificate and no password (${problem})`,
        `curl it yourself, or name another address: oneext doctor --exporter.url URL`,
        { subject: url },
      )
    : failure(
        `does not answer: ${problem}`,
        hasNoUnit(unit) ? startByHand : `systemctl status opennebula-exporter; ${readLog}`,
        {
          subject: url,
        },
      );

const judgeCollectors = ({ collectors }: ExporterPage): readonly Verdict[] => {
  const bad = [...collectors.values()].flatMap(({ name, success, ageSeconds }): readonly Verdict[] => {
    const subject = `collector ${name}`;
    if (!success) {
      const kept =
        ageSeconds === undefined
          ? 'it serves nothing'
          : `it serves what it read ${Math.round(ageSeconds)} s ago`;
      return [failure(`failed; ${kept}`, readLog, { subject })];
    }
    return ageSeconds !== undefined && ageSeconds > mostAgeSeconds
      ? [warning(`its data are ${Math.round(ageSeconds)} s old`, readLog, { subject })]
      : [];
  });
  return bad.length > 0 ? bad : [ok(`all ${collectors.size} collectors succeed`)];
};

const judgePage = (page: ExporterPage, url: string, hasDropIn: boolean): readonly Verdict[] => {
  if (!page.isOpenNebula)
    return [
      failure('something else answers there', 'name the address with --exporter.url', {
        subject: url,
      }),
    ];
  if (page.collectors.size === 0) {
    const next = hasDropIn ? `systemctl daemon-reload && ${restart}` : install;
    return [failure('the stock exporter answers there: no power, no reasons', next, { subject: url })];
  }
  const ages = [...page.collectors.values()].flatMap(({ ageSeconds }) => ageSeconds ?? []);
  const age = ages.length === 0 ? '' : `, data ${Math.round(Math.max(...ages))} s old`;
  return [ok(`answers${age}`, { subject: url }), ...judgeCollectors(page)];
};

export const exporterUnit = 'opennebula-exporter.service';
const dropInName = 'opennebula-extensions.conf';

const judgeDropIn = (unit: Unit): readonly Verdict[] => {
  if (unit.loadState === 'not-found') return [];
  const subject = exporterUnit;
  if (!unit.dropIns.some((path) => path.endsWith(`/${dropInName}`)))
    return [failure(`has no drop-in ${dropInName}: it starts the stock exporter`, install, { subject })];
  return unit.needsReload
    ? [
        warning('its files have changed since systemd read them', `systemctl daemon-reload && ${restart}`, {
          subject,
        }),
      ]
    : [ok(`has the drop-in ${dropInName}`, { subject })];
};

export const judgeExporter = (facts: ExporterFacts): readonly Verdict[] => {
  const { url, page, unit } = facts;
  const hasDropIn = 'value' in unit && unit.value.dropIns.some((path) => path.endsWith(`/${dropInName}`));
  const ofPage =
    'value' in page
      ? judgePage(page.value, url, hasDropIn)
      : [page.kind === 'denied' ? judgeProblem(page, readLog) : judgeNoPage(page.problem, facts)];
  if (!('value' in unit))
    return [...ofPage, skipped('its unit cannot be looked at: systemd does not answer')];
  return [...ofPage, judgeUnit('the exporter', unit), ...judgeDropIn(unit.value)];
};

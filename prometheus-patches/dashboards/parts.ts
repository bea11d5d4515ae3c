/** The style that all dashboards have, that of OpenNebula's own; on Grafana's typed builder. */
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import { ReduceDataOptionsBuilder, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** What is asked of Prometheus, and how the series are named. */
export type Query = readonly [expr: string, legend: string];

export interface PanelText {
  readonly title: string;
  readonly description: string;
  /** As Grafana names it: watt, kwatth, massg, percentunit, s, bytes, short. */
  readonly unit: string;
  /** Of the 24 columns of a row. */
  readonly width: number;
}

/** Whatever Prometheus the reader has chosen. */
const datasource = { type: 'prometheus', uid: `\${DS_PROMETHEUS}` };

/** Hosts and VMs of several zones have the same ids; where targets have no zone, the legend has none either. */
const withZone = ([expr, legend]: Query): Query =>
  /\{\{one_(?:host|vm)_id\}\}/.test(legend)
    ? [`label_replace(${expr}, "zone", "zone $1, ", "one_zone_id", "(.+)")`, `{{zone}}${legend}`]
    : [expr, legend];

const queriesOf = (queries: readonly Query[]): readonly DataqueryBuilder[] =>
  queries.map(withZone).map(([expr, legend], at) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + at))
      .datasource(datasource)
      .expr(expr)
      .legendFormat(legend),
  );

interface Dressable {
  title(title: string): this;
  description(description: string): this;
  datasource(ref: common.DataSourceRef): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
}
const dress = <P extends Dressable>(
  panel: P,
  { title, description, unit, width }: PanelText,
  height: number,
): P =>
  panel.title(title).description(description).datasource(datasource).unit(unit).span(width).height(height);

const lastValue = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().calcs(['lastNotNull']);

/** One number. */
export const stat = (text: PanelText, ...queries: readonly Query[]): Builder<Panel> =>
  dress(new Stat(), text, 4)
    .targets([...queriesOf(queries)].map((query) => query.instant()))
    .colorMode(common.BigValueColorMode.None)
    .reduceOptions(lastValue());

export const graph = (text: PanelText, ...queries: readonly Query[]): Builder<Panel> =>
  dress(new TimeSeries(), text, 8)
    .targets([...queriesOf(queries)])
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .min(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Right)
        .calcs(['lastNotNull', 'max'])
        .showLegend(true),
    );

/** The largest, as bars. */
export const bars = (text: PanelText, ...queries: readonly Query[]): Builder<Panel> =>
  dress(new BarGauge(), text, 8)
    .targets([...queriesOf(queries)].map((query) => query.instant()))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Gradient)
    .min(0)
    .reduceOptions(lastValue());

/** What is so, and for how long. */
export const timeline = (text: PanelText, ...queries: readonly Query[]): Builder<Panel> =>
  dress(new StateTimeline(), text, 8).targets([...queriesOf(queries)]);

/** A line for each series, with its labels. */
export const table = (text: PanelText, ...queries: readonly Query[]): Builder<Panel> =>
  dress(new Table(), text, 8)
    .targets([...queriesOf(queries)].map((query) => query.instant().format(PromQueryFormat.Table)))
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true, __name__: true, instance: true, job: true } },
    });

export const row = (title: string): RowBuilder => new RowBuilder(title);

/** A list to choose from; all of it at first. `.*` also finds series that do not have the label at all. */
const listOf = (name: string, label: string, query: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NumericalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });

export const labelChoice = (name: string, label: string, of: string): QueryVariableBuilder =>
  listOf(name, label, `label_values(${of}, ${name})`);
/** Hosts by the addresses of targets, without their ports. */
export const addressChoice = (name: string, label: string, of: string): Builder<VariableModel> =>
  listOf(name, label, `label_values(${of}, instance)`).regex('/^(.*?)(?::[0-9]+)?$/');
/** The label that targets of several zones have. */
export const zoneChoice = (): Builder<VariableModel> => labelChoice('one_zone_id', 'Zone', 'opennebula_up');
export const hostChoice = (): Builder<VariableModel> =>
  labelChoice('one_host_id', 'Host', 'opennebula_host_state{one_zone_id=~"$one_zone_id"}');
export const ownerChoice = (): Builder<VariableModel> =>
  labelChoice('one_vm_owner', 'Owner', 'opennebula_vm_info{one_zone_id=~"$one_zone_id"}');
export const vmChoice = (): Builder<VariableModel> =>
  labelChoice(
    'one_vm_id',
    'VM',
    'opennebula_vm_info{one_zone_id=~"$one_zone_id", one_vm_owner=~"$one_vm_owner", one_host_id=~"$one_host_id"}',
  );

export type DashboardPart = Builder<Panel> | RowBuilder;

export interface DashboardText {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

const isRow = (part: DashboardPart): part is RowBuilder => part instanceof RowBuilder;

const linksToOthers = (): DashboardLinkBuilder =>
  new DashboardLinkBuilder('OpenNebula power')
    .type(DashboardLinkType.Dashboards)
    .tags(['opennebula-extensions'])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);

/** Ids of panels count from 1; the version of the schema is that of OpenNebula's own, which Grafana brings up to date. */
const finish = (built: Dashboard): Dashboard & { readonly style: string } => ({
  ...built,
  id: null,
  schemaVersion: 37,
  style: 'dark',
  panels: (built.panels ?? []).map((panel, at) => ({ ...panel, id: at + 1 })),
});

export const dashboard = (
  { uid, title, description }: DashboardText,
  variables: readonly Builder<VariableModel>[],
  parts: readonly DashboardPart[],
): Dashboard => {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['opennebula', 'opennebula-extensions', 'power'])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .annotations([])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .link(linksToOthers())
    .withVariable(new DatasourceVariableBuilder('DS_PROMETHEUS').label('datasource').type('prometheus'));
  for (const variable of variables) builder.withVariable(variable);
  for (const part of parts) isRow(part) ? builder.withRow(part) : builder.withPanel(part);
  return finish(builder.build());
};

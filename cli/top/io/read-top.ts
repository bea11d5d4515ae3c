/** Reads what `oneext top` shows: the exporter's page, and names from OpenNebula's API. */

import { connectOne } from '../../../lib/io/connect-one.ts';
import { readHosts } from '../../../lib/io/read-hosts.ts';
import { allOfPool, readDocument } from '../../../lib/io/read-pool.ts';
import { shapeOf, text, textAt } from '../../../lib/one/document-reader.ts';
import { takeUnique } from '../../../lib/one/unique-objects.ts';
import { parseVm, vmShape } from '../../../lib/one/vm.ts';
import { type ExporterPageOptions, readExporterPage } from '../../io/read-exporter-page.ts';
import type { CloudNames } from '../cloud.ts';
import { createPageReader, type PowerPage } from '../power-page.ts';

export interface TopSourceOptions extends ExporterPageOptions {
  readonly oneTimeoutMs: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface TopSource {
  /** Fails with TOP_EXPORTER_UNREACHABLE, TOP_NO_EXPORTER or TOP_CREDENTIALS. */
  readPage(signal?: AbortSignal): Promise<PowerPage>;
  /** Fails with the errors of `connectOne` and of the client. */
  readNames(signal?: AbortSignal): Promise<CloudNames>;
}

const readPage = async (options: TopSourceOptions, signal: AbortSignal | undefined): Promise<PowerPage> => {
  const reader = createPageReader();
  let page: PowerPage | undefined;
  const finish = (): PowerPage => {
    page ??= reader.finish();
    return page;
  };
  await readExporterPage(options, reader.push, () => finish().isOfOpenNebula, signal);
  return finish();
};

const groupedVmShape = new Map([...vmShape, ...shapeOf({ GNAME: text })]);

const readNames = async (options: TopSourceOptions, signal: AbortSignal | undefined): Promise<CloudNames> => {
  const client = await connectOne(options.environment, {
    totalTimeoutMs: options.oneTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const [hosts, vms] = await Promise.all([
    readHosts(client),
    readDocument(client, {
      method: 'one.vmpool.info',
      parameters: [...allOfPool, -1],
      objectName: 'VM',
      shape: groupedVmShape,
      parse: (element) => {
        const vm = parseVm(element);
        return vm === undefined ? undefined : { id: vm.id, vm, group: textAt(element, 'GNAME') };
      },
    }),
  ]);
  const { objects, repeated } = takeUnique(vms);
  const doubtful = new Set(repeated);
  return {
    hosts: new Map(hosts.map(({ id, name }) => [id, name])),
    groups: new Map(
      objects.flatMap(({ id, group }) =>
        group === undefined || doubtful.has(id) ? [] : [[id, group] as const],
      ),
    ),
    vms: objects.map(({ vm }) => vm),
  };
};

export const createTopSource = (options: TopSourceOptions): TopSource => ({
  readPage: (signal) => readPage(options, signal),
  readNames: (signal) => readNames(options, signal),
});

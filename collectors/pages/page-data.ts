/** What the script of the page gets. */

/** A line of a chart: an empty value interrupts it. */
export interface Series {
  /** Seconds since 1970. */
  readonly seconds: readonly number[];
  readonly watts: readonly (number | null)[];
}

/** What is sent after each reading. */
export interface PowerUpdate {
  /** Seconds since 1970. */
  readonly at: number;
  readonly host_watts: number | null;
  readonly hosts_measured: number;
  readonly vm_watts: number | null;
  readonly vms_measured: number;
  readonly point: readonly [seconds: number, watts: number | null] | null;
  /** Changes when other rows, or in another order, stand on the page. */
  readonly rows: string;
  /** Some or all of the VMs on the page, with their watts. */
  readonly vms: readonly (readonly [id: number, watts: number | null])[];
  readonly problem: string | null;
}

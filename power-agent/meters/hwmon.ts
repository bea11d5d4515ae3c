/**
 * Sensors of hwmon that stand for a host: the energy of its sockets, or the power that ACPI's meter gives.
 * https://www.kernel.org/doc/html/latest/hwmon/sysfs-interface.html
 */

export interface HwmonSensor {
  /** Its folder below class/hwmon: `hwmon3`. */
  readonly folder: string;
  /** Of the chip: `amd_energy`, `power_meter`. */
  readonly chip: string;
  /** `energy1_input`, `power1_average`. */
  readonly file: string;
  /** What the sensor's label says; '' where it has none. */
  readonly label: string;
}

export interface ChosenSensor {
  readonly folder: string;
  readonly file: string;
  readonly zone: string;
}

export type HwmonChoice =
  /** Counters in microjoules; together they are the host's. */
  | { readonly kind: 'energy'; readonly sensors: readonly ChosenSensor[] }
  /** A power in microwatts. */
  | { readonly kind: 'power'; readonly sensor: ChosenSensor };

/** A core's energy is part of its socket's, and a graphics card is no host: only these are the whole. */
const isSocketEnergy = ({ file, label }: HwmonSensor): boolean =>
  /^energy\d+_input$/.test(file) && /^Esocket\d+$/.test(label);
const isHostPower = ({ chip, file }: HwmonSensor): boolean =>
  chip === 'power_meter' && /^power\d+_(?:average|input)$/.test(file);

/** `undefined` where no sensor stands for the host. */
export const chooseHwmon = (sensors: readonly HwmonSensor[]): HwmonChoice | undefined => {
  const sockets = sensors.filter(isSocketEnergy);
  const chosen = ({ folder, file }: HwmonSensor, zone: string): ChosenSensor => ({ folder, file, zone });
  if (sockets.length > 0)
    return {
      kind: 'energy',
      sensors: sockets.map((sensor) => chosen(sensor, sensor.label.replace(/^Esocket/, 'package-'))),
    };
  const [meter] = sensors.filter(isHostPower).sort((one, other) => one.file.localeCompare(other.file));
  return meter === undefined ? undefined : { kind: 'power', sensor: chosen(meter, 'power_meter') };
};

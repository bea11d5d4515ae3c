/** The zone of the electricity grid that a host draws from, by the names of Electricity Maps: `DE`, `SE-SE3`. */
export interface GridAttributes {
  /** GRID_ZONE. */
  readonly gridZone: string | undefined;
  /** GEOLOCATION: `latitude,longitude`, or several of them. */
  readonly geolocation: string | undefined;
}

const zoneForm = /^[A-Za-z]{2}(?:-[A-Za-z\d]+)*$/;

const namedZone = (text: string | undefined): string | undefined => {
  const zone = text?.trim() ?? '';
  return zoneForm.test(zone) ? zone.toUpperCase() : undefined;
};

/** GRID_ZONE of the host, or that of its cluster; `undefined` where neither is known. */
export const namedZoneOf = (host: GridAttributes, clusterZone: string | undefined): string | undefined =>
  namedZone(host.gridZone) ?? namedZone(clusterZone);

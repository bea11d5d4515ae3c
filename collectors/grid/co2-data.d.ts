declare module '@tgwf/co2/data/electricity-maps' {
  type Zone = { readonly carbonIntensity?: { readonly value?: number } };
  type Yearly = { readonly data: Readonly<Record<string, Zone>> };
  export const yearly2021: Yearly;
  export const yearly2022: Yearly;
  export const yearly2023: Yearly;
  export const yearly2024: Yearly;
  export const yearly2025: Yearly;
}

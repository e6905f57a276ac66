/** Columns of a boundary file, and which of them is likely the code, the name, the parent. */
export type FieldName = "code" | "name" | "parent" | "land_use" | "management_grade";
export const FIELD_NAMES: readonly FieldName[] = ["code", "name", "parent", "land_use", "management_grade"];
export type Mapping = Partial<Record<FieldName, string>>;

export interface FileColumns {
  columns: string[];
  features: number;
  /** Name of the coordinate system that the file itself names, as old GeoJSON did. */
  crs: string | null;
  sample: Record<string, unknown>;
}

const LOOKED_AT = 200;

/** What stands in the properties of a GeoJSON text. Raises: SyntaxError or TypeError where it is none. */
export function readColumns(text: string): FileColumns {
  const file = JSON.parse(text.replace(/^\uFEFF/, "")) as { type?: unknown; features?: unknown; crs?: { properties?: { name?: unknown } } };
  if (file?.type !== "FeatureCollection" || !Array.isArray(file.features)) throw new TypeError("no FeatureCollection");
  const columns = new Set<string>();
  let sample: Record<string, unknown> = {};
  for (const feature of file.features.slice(0, LOOKED_AT) as { properties?: Record<string, unknown> | null }[]) {
    const found = feature?.properties ?? {};
    if (!Object.keys(sample).length) sample = found;
    Object.keys(found).forEach((name) => columns.add(name));
  }
  const crs = file.crs?.properties?.name;
  return { columns: [...columns], features: file.features.length, crs: typeof crs === "string" ? crs : null, sample };
}

// Names as cities, GB/T 30428 and common exports write them; the earlier one is the likelier.
const LIKELY: Record<FieldName, readonly RegExp[]> = {
  code: [/^code$/i, /^bgcode$/i, /^(cell|grid|area|unit)_?code$/i, /^(编码|代码|网格编码|单元网格编码|标识码)$/, /code$/i, /编码$/, /^(id|bsm|gid)$/i],
  name: [/^name$/i, /^bgname$/i, /^(cell|grid|area)_?name$/i, /^(名称|网格名称|单元网格名称)$/, /name$/i, /名称$/, /^mc$/i],
  parent: [/^parent(_?code)?$/i, /^(上级|上级编码|所属社区|所属街道|所属区县)$/, /^p_?code$/i, /parent/i, /上级/],
  land_use: [/^land_?use$/i, /^(用地|用地性质|土地利用)$/],
  management_grade: [/^management_?grade$/i, /^grade$/i, /^(管理等级|等级|管理级别)$/],
};

/** The likely columns, none taken twice. */
export function detectColumns(columns: readonly string[]): Mapping {
  const mapping: Mapping = {};
  const taken = new Set<string>();
  // A parent's code ends in "code" as well: what is surer is looked for first.
  for (const field of ["parent", "land_use", "management_grade", "code", "name"] as const) {
    const found = LIKELY[field].map((pattern) => columns.find((name) => !taken.has(name) && pattern.test(name.trim()))).find((name) => name !== undefined);
    if (found === undefined) continue;
    mapping[field] = found;
    taken.add(found);
  }
  return mapping;
}

export const CRSES = ["EPSG:4326", "EPSG:4490", "EPSG:4547", "EPSG:4548", "EPSG:4549", "EPSG:4550", "EPSG:3857"] as const;

/** What old GeoJSON calls its system, as the API names it; null where it is not one that we know. */
export function crsOf(name: string | null): string | null {
  if (!name) return null;
  if (/CRS84$/i.test(name)) return "EPSG:4326";
  const number = /EPSG:+(?:[\d.]*:)?(\d{4,6})$/i.exec(name)?.[1];
  return number ? `EPSG:${number}` : null;
}

/** The answer of any analysis as a table: dimensions first, then its numbers; and what of it can be drawn. */
export type Cell = string | number | boolean | null;
export interface Column {
  key: string;
  /** How its cells are written. */
  form: "text" | "term" | "share" | "time" | "number" | "instant" | "case";
}
export interface Table {
  columns: Column[];
  rows: Cell[][];
}
type Item = Readonly<Record<string, unknown>>;

const TERMS = new Set(["lamp", "state", "stage", "source", "indicator", "weekday", "grade", "unranked", "kind"]);
/** Of no use to whoever reads a table of people and places. */
const LEFT_OUT = new Set(["scheme", "colour", "left_out", "version", "id"]);
// Narrow tables show also what is nothing in all lines.
const MOST_EMPTY = 8;
const isRecord = (value: unknown): value is Item => typeof value === "object" && value !== null && !Array.isArray(value);

function formOf(key: string, values: readonly unknown[]): Column["form"] {
  const name = key.split(".").at(-1)!;
  if (name === "number" && values.some((value) => typeof value === "string")) return "case";
  if (TERMS.has(name)) return "term";
  if (name.endsWith("_at")) return "instant";
  if (name.endsWith("_rate") || name === "rate" || name === "share") return "share";
  if (name.endsWith("_s")) return "time";
  return values.some((value) => typeof value === "number") ? "number" : "text";
}

/** Things with a name are their name, parts of parts stand side by side, lists are left out. */
function flat(item: Item, before = ""): [string, Cell][] {
  return Object.entries(item).flatMap(([name, value]): [string, Cell][] => {
    const key = before + name;
    if (LEFT_OUT.has(name) || Array.isArray(value)) return [];
    if (!isRecord(value)) return [[key, value as Cell]];
    if (typeof value.name === "string") return [[key, value.name]];
    if (typeof value.code === "string") return [[key, value.code]];
    return flat(value, `${key}.`);
  });
}

/** Stages of a group are lines of their own. */
function unfolded(items: readonly Item[]): Item[] {
  return items.flatMap((item) => {
    const { stages, ...rest } = item;
    return Array.isArray(stages) ? (stages as Item[]).map((stage) => ({ ...rest, ...stage })) : [item];
  });
}

export function tableOf(items: readonly Item[]): Table {
  const lines = unfolded(items).map((item) => new Map(flat(item)));
  const keys = [...new Set(lines.flatMap((line) => [...line.keys()]))];
  const columns = keys.map((key) => ({ key, form: formOf(key, lines.map((line) => line.get(key))) })).filter(({ key }) => lines.some((line) => line.get(key) !== undefined && line.get(key) !== false && (line.get(key) !== null || keys.length < MOST_EMPTY)));
  return { columns, rows: lines.map((line) => columns.map(({ key }) => line.get(key) ?? null)) };
}

/** Of several indicators only one can be drawn: the lines of the first that `wanted` likes, else of the first. */
export function oneIndicator({ columns, rows }: Table, wanted: (name: string) => boolean): { table: Table; name: string | null } {
  const at = columns.findIndex(({ key }) => key === "indicator");
  const names = at < 0 ? [] : [...new Set(rows.map((row) => String(row[at])))];
  const name = names.find(wanted) ?? names[0] ?? null;
  return { name, table: name === null ? { columns, rows } : { columns, rows: rows.filter((row) => row[at] === name) } };
}

export interface Drawing {
  key: string;
  form: Column["form"];
  /** Columns that name a line, and their cells of each line. */
  by: Column[];
  names: Cell[][];
  values: (number | null)[];
}

/** What is drawn: the first share, else the first number, by the words before it. Null where there is only one line, or nothing that could be drawn. */
export function drawingOf({ columns, rows }: Table, most: number): Drawing | null {
  const at = [columns.findIndex(({ form }) => form === "share"), columns.findIndex(({ key }) => key === "value" || key === "score"), columns.findIndex(({ form }) => form === "number")].find((index) => index >= 0);
  const named = columns.map(({ key, form }, index) => ({ key, form, index })).filter(({ key, form, index }) => (form === "text" || form === "term") && key !== "group" && index < (at ?? 0) && rows.some((row) => typeof row[index] === "string" || typeof row[index] === "number"));
  if (at === undefined || !named.length || rows.length < 2) return null;
  const shown = rows.slice(0, most);
  const value = (cell: Cell | undefined) => (typeof cell === "number" ? cell : null);
  return { key: columns[at]!.key, form: columns[at]!.form, by: named.map(({ index }) => columns[index]!), names: shown.map((row) => named.map(({ index }) => row[index] ?? null)), values: shown.map((row) => value(row[at])) };
}

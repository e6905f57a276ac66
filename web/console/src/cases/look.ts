/** How a list of cases looks: one line each, three lines each, or cards for thumbs. */
export type RowLook = "table" | "list" | "card";

/** Pixels of a row at the usual type size. */
export const ROW_HEIGHT: Record<RowLook, number> = { table: 32, list: 76, card: 88 };

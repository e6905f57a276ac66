/** Rows as a file that spreadsheets open: in UTF-8 with its mark, nothing in it computed. */

const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string | number): string {
  // A number is one to a spreadsheet as well, also below nothing.
  if (typeof text === "number") return String(text);
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export function faultsCsv(rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

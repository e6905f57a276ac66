/** What is asked for, as it stands in a path. */

/** A query without what is not given, lists by commas. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
    if (text) query.set(name, text);
  }
  return query.toString();
}

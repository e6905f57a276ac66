/** Versions of definitions: where each lies, which came first, and what one says. */

/** The shipped texts of bulletins are version 0, which stands here for what is in force. */
export const SHIPPED = -1;

/** The version that came with the product: of texts of bulletins 0, of all else 1. */
export const firstOf = (name: string): number => (name.startsWith("bulletins.") ? 0 : 1);

/** What a version says, without what is said of it: as it is sent to put it in force again. */
export function contentOf(shown: object): object {
  const said = new Set(["name", "version", "in_force", "made_at", "language", "placeholders"]);
  return Object.fromEntries(Object.entries(shown).filter(([member]) => !said.has(member)));
}

/** Where a definition lies: `scores.unit` → `scores/unit`; texts of bulletins by their language, `bulletins.en`. Version 0: the one in force. */
export function pathOf(name: string, version = 0): string {
  const [kind, which] = name.split(".");
  const texts = kind === "bulletins";
  const query = new URLSearchParams({ ...(texts ? { language: which ?? "" } : {}), ...(version ? { version: String(Math.max(version, 0)) } : {}) }).toString();
  return `${texts ? "/api/v1/bulletins/template" : `/api/v1/evaluation/definitions/${name.replace(".", "/")}`}${query ? `?${query}` : ""}`;
}

/** The keys of the desk: what each means, and when they rest. */

export type Command = "down" | "up" | "open" | "close" | "units" | "sound" | "help" | `act:${string}`;

export interface Shortcut {
  keys: readonly string[];
  command: Command;
  /** Its words are `desk.key.<name>`. */
  name: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["J", "↓"], command: "down", name: "down" },
  { keys: ["K", "↑"], command: "up", name: "up" },
  { keys: ["Enter"], command: "open", name: "open" },
  { keys: ["Esc"], command: "close", name: "close" },
  { keys: ["A"], command: "act:a", name: "accept" },
  { keys: ["F"], command: "act:f", name: "file" },
  { keys: ["D"], command: "act:d", name: "dispatch" },
  { keys: ["R"], command: "act:r", name: "return" },
  { keys: ["V"], command: "act:v", name: "verify" },
  { keys: ["M"], command: "act:m", name: "merge" },
  { keys: ["S"], command: "act:s", name: "assign" },
  { keys: ["E"], command: "act:e", name: "finish" },
  { keys: ["C"], command: "act:c", name: "closeCase" },
  { keys: ["G"], command: "units", name: "menu" },
  { keys: ["N"], command: "sound", name: "sound" },
  { keys: ["?"], command: "help", name: "help" },
];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

const NAMED: Record<string, string> = { escape: "esc", arrowdown: "↓", arrowup: "↑" };

/** What a pressed key means; null with a modifier, or while characters are being composed. */
export function commandOf(pressed: Pressed): Command | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.isComposing) return null;
  const key = NAMED[pressed.key.toLowerCase()] ?? pressed.key.toLowerCase();
  return SHORTCUTS.find((shortcut) => shortcut.keys.some((one) => one.toLowerCase() === key))?.command ?? null;
}

interface Place {
  tagName: string;
  isContentEditable: boolean;
  closest: (selector: string) => unknown;
}

const TAKING_TEXT = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const OWN_KEYS = "[role=combobox], [role=menu], [role=listbox]:not([data-desk-list]), dialog, [role=dialog], .maplibregl-canvas-container";

/** Whether somebody types there, or the thing there has keys of its own. */
export function resting(place: Place | null): boolean {
  if (!place) return false;
  return TAKING_TEXT.has(place.tagName) || place.isContentEditable || place.closest(OWN_KEYS) !== null;
}

/** Enter and the space bar are the button's own where one stands on it. */
export const isPressable = (place: Place | null): boolean => place !== null && (place.tagName === "BUTTON" || place.tagName === "A" || place.tagName === "SUMMARY");

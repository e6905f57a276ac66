/** Every word of the console: `messages/<language>/<area>.json`, one file an area, zh-CN first. */
import en from "element-plus/es/locale/lang/en";
import zhCN from "element-plus/es/locale/lang/zh-cn";
import { computed, watch } from "vue";
import { createI18n } from "vue-i18n";

export type Language = "zh-CN" | "en";
export const LANGUAGES: readonly Language[] = ["zh-CN", "en"];
const KEY = "fieldgrid.language";

type Messages = Record<string, unknown>;
const files = import.meta.glob<Messages>("./messages/*/*.json", { eager: true, import: "default" });

function messages(language: Language): Messages {
  const found: Messages = {};
  for (const [path, content] of Object.entries(files)) {
    const [, , folder, file] = path.split("/");
    if (folder === language && file) found[file.replace(".json", "")] = content;
  }
  return found;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export const i18n = createI18n({
  legacy: false,
  locale: preferred(),
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": messages("zh-CN"), en: messages("en") } as never,
});

// The compiler does not have to know every key of every language.
const known = i18n.global as unknown as {
  locale: { value: Language };
  t: (key: string, named?: Record<string, unknown>) => string;
  te: (key: string) => boolean;
};
/** The words of a key, outside components. */
export const words = (key: string, named: Record<string, unknown> = {}): string => known.t(key, named);
export const hasWords = (key: string): boolean => known.te(key);

export const language = computed<Language>({
  get: () => known.locale.value,
  set: (value) => {
    known.locale.value = value;
    localStorage.setItem(KEY, value);
  },
});
export const elementLocale = computed(() => (language.value === "en" ? en : zhCN));

watch(language, (value) => (document.documentElement.lang = value), { immediate: true });

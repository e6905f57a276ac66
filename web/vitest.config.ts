import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@shared": here("./shared"), "@": here("./console/src") } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", css: { include: /tokens\.css/ } },
});

import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { compression } from "vite-plugin-compression2";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `vite console` serves the sources and hands everything else to a running API.
const api = process.env.FIELDGRID_PUBLIC_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/console/",
  plugins: [vue(), compression({ algorithms: ["gzip"], threshold: 1024 })],
  resolve: { alias: { "@shared": here("../shared"), "@": here("./src") } },
  build: {
    target: "es2023",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (id.includes("maplibre-gl")) return "maplibre";
          if (id.includes("echarts") || id.includes("zrender")) return "echarts";
          if (id.includes("element-plus")) return "element";
          return undefined;
        },
      },
    },
  },
  server: { proxy: { "^/(api|problems|docs)": { target: api, changeOrigin: false } } },
});

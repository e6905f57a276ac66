/** The pages and who has them; a page nobody may open does not stand in the rail either. */
import { onSessionEnd } from "@shared/api/client";
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import { useSession } from "./session/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: string;
    /** Roles that have the page; without it, all staff. */
    roles?: readonly string[];
    /** Anybody, without a sign-in. */
    open?: boolean;
    /** Without rail and top bar. */
    bare?: boolean;
  }
}

const BY_AREA = ["operator", "shift_leader", "dispatcher", "supervisor", "admin"] as const;
const READING_FIGURES = [...BY_AREA, "evaluator", "auditor", "unit_manager"] as const;

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: () => import("./shell/MissingPage.vue"), meta: { title: "shell.product" } },
  { path: "/sign-in", name: "sign-in", component: () => import("./session/SignIn.vue"), meta: { title: "shell.signIn", open: true, bare: true } },
  { path: "/password", name: "password", component: () => import("./session/ChoosePassword.vue"), meta: { title: "shell.choosePassword", open: true, bare: true } },
  { path: "/desk/:number?", name: "desk", component: () => import("./desk/DeskPage.vue"), meta: { title: "shell.desk", roles: [...BY_AREA, "unit_manager", "handler"] } },
  { path: "/map", name: "map", component: () => import("./map/MapPage.vue"), meta: { title: "shell.map" } },
  { path: "/cases", name: "cases", component: () => import("./cases/CasesPage.vue"), meta: { title: "shell.cases" } },
  { path: "/cases/:number", name: "case", component: () => import("./case/CasePage.vue"), meta: { title: "shell.case" } },
  { path: "/parts/:code?", name: "parts", component: () => import("./parts/PartsPage.vue"), meta: { title: "shell.parts" } },
  { path: "/grid", name: "grid", component: () => import("./grid/GridPage.vue"), meta: { title: "shell.grid", roles: ["admin", "shift_leader", "dispatcher", "supervisor"] } },
  { path: "/field", name: "field", component: () => import("./field/FieldPage.vue"), meta: { title: "shell.field", roles: [...BY_AREA] } },
  { path: "/figures/:tab?", name: "figures", component: () => import("./figures/FiguresPage.vue"), meta: { title: "shell.figures", roles: READING_FIGURES } },
  { path: "/admin", name: "admin", component: () => import("./admin/AdminPage.vue"), meta: { title: "shell.admin", roles: ["admin", "auditor"] } },
  { path: "/wall", name: "wall", component: () => import("./wall/WallPage.vue"), meta: { title: "shell.wall", roles: [...BY_AREA, "evaluator", "auditor"], bare: true } },
  { path: "/:rest(.*)*", name: "missing", component: () => import("./shell/MissingPage.vue"), meta: { title: "shell.missing" } },
];

export const router = createRouter({ history: createWebHistory("/console/"), routes });

/** What the rail shows, in its order. */
export const RAIL = ["desk", "map", "cases", "parts", "grid", "field", "figures", "admin"] as const;

export function mayOpen(name: string, roles: ReadonlySet<string>): boolean {
  const wanted = routes.find((route) => route.name === name)?.meta?.roles;
  return !wanted || wanted.some((role) => roles.has(role));
}

router.beforeEach(async (to) => {
  const session = useSession();
  if (to.meta.open) return true;
  await session.load();
  if (!session.me) return { name: "sign-in", query: { to: to.fullPath } };
  if (to.name === "home") return session.home;
  if (to.meta.roles && !to.meta.roles.some((role) => session.roles.has(role))) return { name: "missing", params: { rest: to.path.split("/").slice(1) } };
  return true;
});

onSessionEnd(() => {
  useSession().forget();
  void router.push({ name: "sign-in", query: { to: router.currentRoute.value.fullPath, ended: "1" } });
});

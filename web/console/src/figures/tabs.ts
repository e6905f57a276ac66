/** The sheets of the figures, in their order; each is fetched when somebody opens it. */
import { defineAsyncComponent, type Component } from "vue";

export const TABS: Readonly<Record<string, Component>> = {
  sla: defineAsyncComponent(() => import("./sla/SlaDashboard.vue")),
  ranking: defineAsyncComponent(() => import("./ranking/RankingPanel.vue")),
  map: defineAsyncComponent(() => import("./choropleth/ChoroplethPanel.vue")),
  periods: defineAsyncComponent(() => import("./periods/PeriodsPanel.vue")),
  definitions: defineAsyncComponent(() => import("./definitions/DefinitionsPanel.vue")),
  statements: defineAsyncComponent(() => import("./statements/StatementsPage.vue")),
};

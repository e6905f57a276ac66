// The page's live answers. Without this script its links give the same answers as JSON.
"use strict";

const part = (id) => document.getElementById(id);

function list(id, lines) {
  part(id).replaceChildren(
    ...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
}

function state(text, mark) {
  part("ready").textContent = text;
  part("ready").className = `state ${mark}`;
}

const CHECKS = { database: "数据库", migrations: "数据结构", storage: "照片存储", queue: "任务队列" };

async function askReady() {
  try {
    const { status, checks } = await (await fetch("/readyz")).json();
    const faults = Object.entries(checks).filter(([, found]) => found !== "ok");
    state(status === "ok" ? "● 一切就绪 Ready" : "● 尚未就绪 Not ready", status === "ok" ? "ok" : "bad");
    const names = Object.keys(checks).map((name) => CHECKS[name] ?? name);
    list("checks", faults.length ? faults.map(([name, why]) => `${CHECKS[name] ?? name}: ${why}`) : [names.join(" · ")]);
  } catch {
    state("● 没有应答 No answer", "bad");
    list("checks", ["./fieldgrid status"]);
  }
}

async function askCell() {
  const [lon, lat] = part("point").value.split(/[\s,，]+/).filter(Boolean);
  try {
    const answer = await fetch(`/api/v1/grid/locate?${new URLSearchParams({ lon: lon ?? "", lat: lat ?? "" })}`);
    const found = await answer.json();
    const path = (found.areas ?? []).map((area) => area.name).join(" › ");
    list("cell", answer.ok ? [path, found.cell.code] : [found.detail]);
  } catch {
    list("cell", ["没有应答 No answer"]);
  }
}

// Rankings have a card of their own once the city shows any.
async function askRankings() {
  try {
    const { items } = await (await fetch("/api/v1/public/periods")).json();
    part("rankings").hidden = !items?.length;
  } catch {
    part("rankings").hidden = true;
  }
}

part("locate").addEventListener("click", askCell);
part("point").addEventListener("keydown", (event) => event.key === "Enter" && askCell());
askReady();
askCell();
askRankings();
setInterval(askReady, 15000);

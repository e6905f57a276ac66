/** Images drawn for the map: lamps by shape and colour, counted discs with a ring of lamp shares, parts, people. */
import type { Look } from "./look";

export type MapLamp = "green" | "yellow" | "red" | "grey" | "none";
/** In the order in which they stand around a disc, the most urgent first. */
export const RING: readonly MapLamp[] = ["red", "yellow", "green", "grey", "none"];
export const PIXELS = 2;
/** A ring has so many parts; a share that is there at all has one at least. */
export const RING_PARTS = 12;

export interface Drawn {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

export function lampColour(look: Look, lamp: MapLamp): string {
  return { green: look.lampGreen, yellow: look.lampYellow, red: look.lampRed, grey: look.lampGrey, none: look.ended }[lamp];
}

/** Draws what a name says (`lamp:dark:red:s`, `disc:light:34:1:2:3:0:0`), or nothing where it says nothing. */
export function draw(name: string, look: Look): Drawn | null {
  const [kind, , ...rest] = name.split(":");
  if (kind === "lamp") return drawLamp(look, (rest[0] ?? "none") as MapLamp, rest[1] === "s");
  if (kind === "disc") return drawDisc(look, Number(rest[0]), rest.slice(1).map(Number));
  if (kind === "part") return drawPart(look, rest[0] !== "intact");
  if (kind === "person") return drawPerson(look);
  return null;
}

function canvas(size: number): [CanvasRenderingContext2D, () => Drawn] {
  const element = document.createElement("canvas");
  element.width = element.height = size * PIXELS;
  const context = element.getContext("2d", { willReadFrequently: true })!;
  context.scale(PIXELS, PIXELS);
  return [context, () => context.getImageData(0, 0, element.width, element.height)];
}

/** The shape of a lamp around a middle: ● ▲ ■ ‖ and ○ for what has ended. */
export function lampPath(context: CanvasRenderingContext2D, lamp: MapLamp, middle: number, r: number): void {
  context.beginPath();
  if (lamp === "yellow") {
    context.moveTo(middle, middle - r * 1.1);
    context.lineTo(middle + r * 1.1, middle + r * 0.85);
    context.lineTo(middle - r * 1.1, middle + r * 0.85);
    context.closePath();
  } else if (lamp === "red") context.rect(middle - r * 0.9, middle - r * 0.9, r * 1.8, r * 1.8);
  else if (lamp === "grey") {
    context.rect(middle - r * 0.85, middle - r, r * 0.6, r * 2);
    context.rect(middle + r * 0.25, middle - r, r * 0.6, r * 2);
  } else context.arc(middle, middle, r, 0, Math.PI * 2);
}

function drawLamp(look: Look, lamp: MapLamp, supervised: boolean): Drawn {
  const size = 26;
  const [context, done] = canvas(size);
  context.lineJoin = "round";
  if (supervised) {
    context.beginPath();
    context.arc(size / 2, size / 2, 11, 0, Math.PI * 2);
    context.strokeStyle = look.lampRed;
    context.lineWidth = 2;
    context.stroke();
  }
  lampPath(context, lamp, size / 2, lamp === "none" ? 4.5 : 6.5);
  context.strokeStyle = look.halo;
  context.lineWidth = 4;
  context.stroke();
  context.fillStyle = lamp === "none" ? look.surface : lampColour(look, lamp);
  context.fill();
  if (lamp === "none") {
    context.strokeStyle = look.line;
    context.lineWidth = 2;
    context.stroke();
  }
  return done();
}

/** Where each share of a ring begins and ends, in turns from the top; empty shares are left out. */
export function arcs(shares: readonly number[]): { index: number; from: number; to: number }[] {
  const all = shares.reduce((sum, share) => sum + share, 0);
  let at = 0;
  return shares.flatMap((share, index) => {
    if (!share || !all) return [];
    const from = at;
    at += share / all;
    return [{ index, from, to: at }];
  });
}

function drawDisc(look: Look, size: number, shares: number[]): Drawn {
  const [context, done] = canvas(size);
  const middle = size / 2;
  context.beginPath();
  context.arc(middle, middle, middle - 0.5, 0, Math.PI * 2);
  context.fillStyle = look.surface;
  context.fill();
  const width = Math.max(4, size / 9);
  for (const { index, from, to } of arcs(shares)) {
    context.beginPath();
    context.arc(middle, middle, middle - 1 - width / 2, (from - 0.25) * Math.PI * 2, (to - 0.25) * Math.PI * 2);
    context.strokeStyle = lampColour(look, RING[index] ?? "none");
    context.lineWidth = width;
    context.stroke();
  }
  return done();
}

function drawPart(look: Look, faulty: boolean): Drawn {
  const size = 18;
  const [context, done] = canvas(size);
  const middle = size / 2;
  context.beginPath();
  context.moveTo(middle, 3);
  context.lineTo(size - 3, middle);
  context.lineTo(middle, size - 3);
  context.lineTo(3, middle);
  context.closePath();
  context.strokeStyle = look.halo;
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = faulty ? look.surface : look.part;
  context.fill();
  context.strokeStyle = look.part;
  context.lineWidth = 2;
  context.stroke();
  if (faulty) {
    context.beginPath();
    context.moveTo(middle, 6);
    context.lineTo(middle, 10);
    context.moveTo(middle, 11.5);
    context.lineTo(middle, 12.5);
    context.stroke();
  }
  return done();
}

function drawPerson(look: Look): Drawn {
  const size = 26;
  const [context, done] = canvas(size);
  const middle = size / 2;
  context.beginPath();
  context.arc(middle, middle, 11, 0, Math.PI * 2);
  context.fillStyle = look.person;
  context.fill();
  context.strokeStyle = look.halo;
  context.lineWidth = 2;
  context.stroke();
  context.fillStyle = look.halo;
  context.beginPath();
  context.arc(middle, 9.5, 3.2, 0, Math.PI * 2);
  context.fill();
  context.beginPath();
  context.arc(middle, 19, 5.6, Math.PI, Math.PI * 2);
  context.fill();
  return done();
}

/**
 * Basemaps drawn in GCJ-02 under data in WGS 84.
 *
 * Every tile asked for is put together from those that show the same ground in the shifted system, in squares that are
 * each moved by the shift of their middle, to the nearest pixel: things lie where they are to within a pixel, which is
 * less than two metres wherever things stand for themselves. Our own data stay as they are.
 */
import { addProtocol } from "maplibre-gl";
import { toGcj, type Point } from "./gcj";

export const TILE = 256;
const SCHEME = "gcj02";

/** Pixels in the whole world at a zoom, west → east and north → south. */
export function pixelOf([lon, lat]: Point, zoom: number): Point {
  const world = TILE * 2 ** zoom;
  const sin = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * world];
}

export function placeOf([x, y]: Point, zoom: number): Point {
  const world = TILE * 2 ** zoom;
  return [(x / world) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / world))) * 180) / Math.PI];
}

/** A square of the wanted tile and where in the shifted world its picture lies, all in pixels. */
export interface Block {
  left: number;
  top: number;
  west: number;
  north: number;
}
const BLOCK = 64;

/** The squares of a tile, each moved by the shift of its own middle. */
export function blocks(zoom: number, x: number, y: number): Block[] {
  const found: Block[] = [];
  for (let top = 0; top < TILE; top += BLOCK)
    for (let left = 0; left < TILE; left += BLOCK) {
      const corner: Point = [x * TILE + left, y * TILE + top];
      const middle: Point = [corner[0] + BLOCK / 2, corner[1] + BLOCK / 2];
      const moved = pixelOf(toGcj(placeOf(middle, zoom)), zoom);
      found.push({ left, top, west: Math.round(corner[0] + moved[0] - middle[0]), north: Math.round(corner[1] + moved[1] - middle[1]) });
    }
  return found;
}

/** A part of a shifted tile and where it is drawn. */
export interface Piece {
  x: number;
  y: number;
  fromLeft: number;
  fromTop: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What a tile is put together from. */
export function pieces(zoom: number, x: number, y: number): Piece[] {
  return blocks(zoom, x, y).flatMap(({ left, top, west, north }) =>
    spans(north).flatMap((row) =>
      spans(west).map((column) => ({
        x: column.tile, y: row.tile, fromLeft: column.from, fromTop: row.from, left: left + column.at, top: top + row.at, width: column.length, height: row.length,
      })),
    ),
  );
}

/** A block's side by the tiles that it lies in: one, or two. */
function spans(start: number): { tile: number; from: number; at: number; length: number }[] {
  const tile = Math.floor(start / TILE);
  const from = start - tile * TILE;
  const length = Math.min(BLOCK, TILE - from);
  const first = { tile, from, at: 0, length };
  return length === BLOCK ? [first] : [first, { tile: tile + 1, from: 0, at: length, length: BLOCK - length }];
}

async function imageOf(template: string, zoom: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap> {
  const url = template.replace("{z}", String(zoom)).replace("{x}", String(x)).replace("{y}", String(y));
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`basemap: HTTP ${response.status}`);
  return await createImageBitmap(await response.blob());
}

async function assemble(template: string, zoom: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(TILE, TILE);
  const context = canvas.getContext("2d")!;
  const parts = pieces(zoom, x, y);
  const keys = [...new Set(parts.map((part) => `${part.x}/${part.y}`))];
  const images = new Map(await Promise.all(keys.map(async (key) => [key, await imageOf(template, zoom, ...(key.split("/").map(Number) as [number, number]), signal)] as const)));
  for (const part of parts) {
    const image = images.get(`${part.x}/${part.y}`)!;
    // Tiles for fine screens have more pixels for the same ground.
    const finer = image.width / TILE;
    context.drawImage(image, part.fromLeft * finer, part.fromTop * finer, part.width * finer, part.height * finer, part.left, part.top, part.width, part.height);
  }
  images.forEach((image) => image.close());
  return canvas.transferToImageBitmap();
}

const templates = new Map<string, string>();

/** Makes a basemap's address one that passes the protocol: the tile's place is appended, so that it can be read back. */
export function shiftedTemplate(tile: string): string {
  const key = String(templates.size);
  for (const [known, template] of templates) if (template === tile) return address(known);
  templates.set(key, tile);
  return address(key);
}
const address = (key: string) => `${SCHEME}://${key}/{z}/{x}/{y}`;

let added = false;
export function addShiftedRasters(): void {
  if (added) return;
  added = true;
  addProtocol(SCHEME, async ({ url }, abort) => {
    const [key = "", zoom, x, y] = url.slice(SCHEME.length + 3).split("/");
    const template = templates.get(key);
    if (!template) throw new Error("basemap: unknown address");
    return { data: await assemble(template, Number(zoom), Number(x), Number(y), abort.signal) };
  });
}

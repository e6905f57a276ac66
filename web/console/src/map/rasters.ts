/**
 * Basemaps drawn in GCJ-02 under data in WGS 84.
 *
 * Every tile asked for is put together from those that show the same ground in the shifted system. The shift is that
 * of the tile's middle: within one tile it changes by less than a pixel from zoom 10 on, so things lie where they are
 * to within about a metre. Our own data stay as they are.
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

export interface Piece {
  x: number;
  y: number;
  /** Where the piece is drawn, in pixels of the wanted tile. */
  left: number;
  top: number;
}

/** Which shifted tiles make up a tile, and where each is drawn. */
export function pieces(zoom: number, x: number, y: number): Piece[] {
  const middle: Point = [(x + 0.5) * TILE, (y + 0.5) * TILE];
  const moved = pixelOf(toGcj(placeOf(middle, zoom)), zoom);
  const west = x * TILE + moved[0] - middle[0];
  const north = y * TILE + moved[1] - middle[1];
  const found: Piece[] = [];
  for (let row = Math.floor(north / TILE); row * TILE < north + TILE; row++)
    for (let column = Math.floor(west / TILE); column * TILE < west + TILE; column++)
      found.push({ x: column, y: row, left: Math.round(column * TILE - west), top: Math.round(row * TILE - north) });
  return found;
}

async function assemble(template: string, zoom: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(TILE, TILE);
  const context = canvas.getContext("2d")!;
  await Promise.all(
    pieces(zoom, x, y).map(async (piece) => {
      const url = template.replace("{z}", String(zoom)).replace("{x}", String(piece.x)).replace("{y}", String(piece.y));
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(`basemap: HTTP ${response.status}`);
      const image = await createImageBitmap(await response.blob());
      context.drawImage(image, piece.left, piece.top, TILE, TILE);
      image.close();
    }),
  );
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

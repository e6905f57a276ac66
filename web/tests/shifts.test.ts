import { describe, expect, it } from "vitest";
import { lengthOf, lineOf, moved, placesOf, type Heard, type Shift, type TrackPoint } from "@/field/shifts";
import { offDuty, touchesTasks, type Officer } from "@/field/officers";

const shift = (id: string, user: string, at: string | null, ended: string | null = null) =>
  ({ id, user: { id: user, name: user }, ended_at: ended, position: at ? { lon: 1, lat: 1, crs: "wgs84", accuracy_m: 5, at } : null }) as unknown as Shift;
const heard = (user: string, at: string): Heard => ({ user_id: user, name: user, lon: 2, lat: 2, at, zone_code: null });

describe("officers on duty", () => {
  it("stand where they were heard last, never where they were before", () => {
    const shifts = [shift("s", "a", "2026-03-10T02:00:00Z")];
    expect(moved(shifts, heard("a", "2026-03-10T02:00:03Z")).shifts[0]!.position!.lon).toBe(2);
    expect(moved(shifts, heard("a", "2026-03-10T01:59:00Z")).shifts[0]).toBe(shifts[0]);
  });
  it("that are new are noticed, and ended shifts do not move", () => {
    expect(moved([shift("s", "a", null)], heard("b", "2026-03-10T02:00:00Z")).known).toBe(false);
    expect(moved([shift("s", "a", null, "2026-03-10T01:00:00Z")], heard("a", "2026-03-10T02:00:00Z")).known).toBe(false);
  });
  it("are on the map once they were heard", () => {
    expect(placesOf([shift("s", "a", null), shift("t", "b", "2026-03-10T02:00:00Z")]).features.map((feature) => feature.id)).toEqual([1]);
  });
});

describe("a track", () => {
  const point = (lon: number, lat: number, jumped = false) => ({ lon, lat, jumped, crs: "wgs84", accuracy_m: null, at: "2026-03-10T02:00:00Z" }) as TrackPoint;
  it("is broken where a position jumped", () => {
    const shapes = lineOf([point(0, 0), point(0, 0.001), point(5, 5, true), point(5, 5.001)]).features.map((feature) => feature.geometry);
    expect(shapes).toEqual([{ type: "LineString", coordinates: [[0, 0], [0, 0.001]] }, { type: "LineString", coordinates: [[5, 5], [5, 5.001]] }]);
    expect(lineOf([]).features).toEqual([]);
    expect(lineOf([point(1, 1)]).features[0]!.geometry.type).toBe("Point");
  });
  it("is as long as what was walked", () => {
    expect(lengthOf([point(121, 31), point(121, 31.001), point(122, 32, true), point(122, 32.001)])).toBeCloseTo(222.4, 0);
  });
});

describe("what waits for officers", () => {
  const officer = (id: string, open: number, overdue: number, shift: string | null = null) => ({ user: { id, name: `赵${id}` }, shift_id: shift, open, overdue, tasks: [] }) as unknown as Officer;
  it("is shown beside shifts, and apart for those who are on none: the latest first", () => {
    const found = offDuty([officer("a", 1, 0), officer("b", 2, 2), officer("c", 3, 0, "s"), officer("d", 0, 0), officer("e", 9, 0)], new Set(["e"]), "");
    expect(found.map((one) => one.user.id)).toEqual(["b", "a"]);
    expect(offDuty(found, new Set(), " 赵A").map((one) => one.user.id)).toEqual(["a"]);
  });
  it("is read again after what may change it", () => {
    expect(["task.assigned", "case.changed", "case.lamp", "case.created", "position"].map(touchesTasks)).toEqual([true, true, true, false, false]);
  });
});

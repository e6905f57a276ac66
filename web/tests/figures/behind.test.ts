import { describe, expect, it } from "vitest";
import { figuredPath, readFigured, writeFigured, type Figured } from "@/figures/behind/figure";

const FIGURED: Figured = { subject: "unit", indicator: "on_time_handled_rate", side: "denominator", code: "U01" };

describe("the cases behind a figure", () => {
  it("stand in the address", () => {
    expect(readFigured(writeFigured(FIGURED))).toEqual(FIGURED);
    expect(readFigured(writeFigured({ ...FIGURED, code: "a,b" }))).toEqual({ ...FIGURED, code: "a,b" });
  });
  it.each(["", "unit", "unit,closed_rate,denominator", "unit,closed_rate,above,U01"])("are of nothing in an address of no figure: %s", (word) => {
    expect(readFigured(word)).toBeNull();
  });
  it("are those that a revision holds, or those as of an instant", () => {
    const as = { period: "2026-09", revision: "", at: "2026-10-04T00:00:00Z" };
    const live = "/evaluation/indicators/cases?subject=unit&period=2026-09&indicator=on_time_handled_rate&subject_code=U01&side=denominator";
    expect(figuredPath(FIGURED, as)).toBe(`${live}&at=2026-10-04T00%3A00%3A00Z`);
    expect(figuredPath(FIGURED, { ...as, revision: "1" })).toBe(`${live}&revision=1`);
  });
});

/**
 * The place that one has reached in a stream of events, read from its text. Greetings and heartbeats move it by an `id`
 * without data, which is no event, so that readers of events pass over it.
 */
export function placeReader(): (text: string) => string | null {
  let rest = "";
  let given: string | null = null;
  let place: string | null = null;
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.replace(/\r$/, "");
      // An id holds once its block has ended: what is cut off in the middle comes again.
      if (line === "") [place, given] = [given ?? place, null];
      else if (line.startsWith("id:")) given = line.slice(3).trim();
    }
    return place;
  };
}

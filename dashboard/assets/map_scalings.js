// What a scaling of a model is in words. The rows are described in dashboard/map/scalings.py.
(function (W) {
  "use strict";
  const [TIME, NODE, PACKET, WHY, BYTES_BEFORE, BYTES, MEMORY_BEFORE, MEMORY, ERROR, WIDTH, DEPTH, RANK, BITS, SPARSITY] = Array(14).keys();

  W.scalingWords = (row, named) => W.say(W.knows("why" + row[WHY]) ? "why" + row[WHY] : "whyother", { node: named(row[NODE]) });

  // What changed, and what it was paid with; what stayed as it was is not said.
  W.scalingNotes = (row) => {
    const change = (before, after, as) => as(before) + " → " + as(after);
    const notes = [change(row[BYTES_BEFORE], row[BYTES], W.bytes)];
    for (const [key, place] of [["width", WIDTH], ["depth", DEPTH]]) {
      if (row[place] !== null && row[place] !== 1) notes.push(W.say(key, { value: short(row[place]) }));
    }
    if (row[RANK] >= 0) notes.push(W.say("rank", { value: row[RANK] }));
    if (row[BITS] !== null && row[BITS] !== "32") notes.push(W.say("bits", { value: row[BITS] }));
    if (row[SPARSITY] > 0) notes.push(W.say("sparsity", { value: W.percent(row[SPARSITY]) }));
    notes.push(W.say("memory", { change: change(row[MEMORY_BEFORE], row[MEMORY], W.bytes) }));
    if (row[ERROR] > 1e-5) notes.push(W.say("error", { value: short(row[ERROR] * 100) + "%" }));
    return notes.map((note) => note.replace(/ /g, "\u00a0")).join(" · ");
  };

  // Which of some scalings an event of scaling is, by its time and packet.
  W.scalingAt = (rows, time, packet) =>
    rows.find((row) => Math.abs(row[TIME] - time) < 1e-9 && row[PACKET] === packet);

  // Those up to a time; they are in its order.
  W.scalingsUpTo = (rows, time) => rows.slice(0, W.lastAtMost(rows.map((row) => row[TIME]), time) + 1);

  function short(value) {
    return String(Number(value.toPrecision(3)));
  }
})((window.wayfareMap = window.wayfareMap || {}));

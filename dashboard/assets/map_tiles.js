// Where the map's data come from: the server's addresses, or what a report carries inside.
(function (W) {
  "use strict";
  const TYPES = { u1: Uint8Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
  const KEPT = 40;

  // The layout is described in dashboard/map/pack.py.
  W.unpack = (buffer) => {
    const bytes = new Uint8Array(buffer);
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "WFT1") throw new Error("no tile");
    const start = 8 + new DataView(buffer).getUint32(4, true);
    const facts = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
    const arrays = {};
    for (const each of facts.arrays) arrays[each.name] = new TYPES[each.type](buffer, start + each.at, each.count);
    return Object.assign(facts, arrays);
  };

  // Asks the server; an answer that is not there is an error with the server's words.
  W.RemoteSource = class {
    constructor(address) {
      this.address = address;
      this.live = true;
    }
    async ask(what) {
      const reply = await fetch(this.address + what, { credentials: "same-origin" });
      if (!reply.ok) throw new Error((await reply.text()).slice(0, 2000) || reply.statusText);
      return reply;
    }
    async packed(what) {
      return W.unpack(await (await this.ask(what)).arrayBuffer());
    }
    // Ask for what will be wanted first. Where there is no such run the server has no answer, and no complaint either.
    begin(time) {
      const given = (reply) => (reply.status === 200 ? reply : null);
      const ask = (what) => this.ask(what + "?early").then(given, () => null);
      this.early = { head: ask("head"), now: ask("now") };
      this.early.tile = this.early.now.then(async (reply) => {
        if (!reply) return null;
        const { tiles, end } = await reply.clone().json();
        const number = String(Math.max(0, W.lastAtMost(tiles, Number.isFinite(time) ? time : end)));
        return { number, reply: await ask(number) };
      });
    }
    async first(what) {
      const early = this.early && this.early[what];
      if (early) delete this.early[what];
      return (early && (await early)) || this.ask(what);
    }
    async head() {
      return W.unpack(await (await this.first("head")).arrayBuffer());
    }
    async now() {
      return (await this.first("now")).json();
    }
    async tile(number) {
      const early = this.early && this.early.tile && (await this.early.tile);
      if (early) this.early.tile = null;
      const fits = early && early.reply && early.number === String(number);
      return fits ? W.unpack(await early.reply.arrayBuffer()) : this.packed(String(number));
    }
    places(layout) {
      return this.packed("places?layout=" + encodeURIComponent(layout));
    }
    async story(query) {
      return (await this.ask("story?" + new URLSearchParams(query))).json();
    }
    journey(column, id) {
      return this.packed("journey?" + column + "=" + id);
    }
  };

  // Keeps tiles. What is wanted now is asked for first; what was wanted a moment ago and is not any more, never.
  W.TileCache = class {
    constructor(source, arrived, failed) {
      Object.assign(this, { source, arrived, failed, kept: new Map(), stale: new Set(), asking: new Set(), wanted: [] });
    }
    get(number) {
      const tile = this.kept.get(number);
      if (tile) {
        this.kept.delete(number);
        this.kept.set(number, tile);
      }
      return tile;
    }
    want(...numbers) {
      this.wanted = numbers.filter((each) => each >= 0 && (!this.kept.has(each) || this.stale.has(each)));
      this.fetchNext();
    }
    // Tiles that may have changed stay until their successors are there.
    expire(number) {
      for (const [each, tile] of this.kept) if (each >= number || tile.open > 0) this.stale.add(each);
    }
    fetchNext() {
      while (this.asking.size < 2 && this.wanted.length) {
        const number = this.wanted.shift();
        if (!this.asking.has(number)) this.fetch(number);
      }
    }
    async fetch(number) {
      this.asking.add(number);
      this.stale.delete(number);
      try {
        this.kept.set(number, await this.source.tile(number));
        for (const each of this.kept.keys()) {
          if (this.kept.size <= KEPT) break;
          this.kept.delete(each);
        }
        this.arrived(number);
      } catch (error) {
        this.failed(error);
      } finally {
        this.asking.delete(number);
        this.fetchNext();
      }
    }
  };

  // Opens what a report carries: base64 of gzip, each in an element of its own.
  W.InsideSource = class {
    constructor(run) {
      this.run = run;
      this.live = false;
    }
    async bytes(what) {
      const holder = document.getElementById("wm-" + this.run + "-" + what);
      if (!holder) throw new Error("the report does not hold " + what);
      const coded = Uint8Array.from(atob(holder.textContent.trim()), (letter) => letter.charCodeAt(0));
      const stream = new Blob([coded]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Response(stream).arrayBuffer();
    }
    async head() {
      return W.unpack(await this.bytes("head"));
    }
    async now() {
      this.facts = JSON.parse(new TextDecoder().decode(await this.bytes("now")));
      return this.facts;
    }
    async tile(number) {
      return W.unpack(await this.bytes(number));
    }
    async places(layout) {
      return W.unpack(await this.bytes("places-" + layout));
    }
    async upTo(time) {
      const last = W.lastAtMost(this.facts.tiles, time);
      const numbers = [last - 1, last].filter((each) => each >= 0);
      return Promise.all(numbers.map((each) => this.tile(each)));
    }
    async scalings() {
      return JSON.parse(new TextDecoder().decode(await this.bytes("scalings")));
    }
    async story(query) {
      const all = query.kind === "node" ? await this.scalings() : [];
      const scalings = all.filter((row) => row[1] === Number(query.id) && row[0] <= Number(query.at));
      return { events: W.eventsIn(await this.upTo(Number(query.at)), query, scalings), scalings };
    }
    async journey(column, id) {
      const tiles = await Promise.all(this.facts.tiles.map((_, number) => this.tile(number)));
      const all = column === "packet" ? await this.scalings() : [];
      const journey = W.journeyIn(tiles, column, id);
      journey.scalings = all.filter((row) => row[2] === id);
      const first = journey.scalings[0];
      if (first && first[0] <= journey.move_start[0]) journey.launched_bytes = null; // scaled before it was first sent
      return journey;
    }
  };

  // The place of the last number that is not above a value, in a sorted array; -1 if there is none.
  W.lastAtMost = (sorted, value) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  // What the server's story says, out of tiles alone.
  W.eventsIn = (tiles, query, scalings) => {
    const at = Number(query.at);
    const node = Number(query.kind === "node" ? query.id : query.node);
    const peer = Number(query.peer);
    const about = (a, b) =>
      query.kind === "node" ? a === node || b === node : (a === node && b === peer) || (a === peer && b === node);
    const found = scalings.map((row) => [row[0], 9, row[1], -1, -1, row[2], row[5], null]);
    for (const tile of tiles) {
      for (let i = 0; i < tile.move_start.length; i++) {
        if (!about(tile.move_node[i], tile.move_peer[i])) continue;
        const row = [tile.move_node[i], tile.move_peer[i], tile.move_flow[i], tile.move_packet[i], tile.move_bytes[i], null];
        if (tile.move_start[i] <= at) found.push([tile.move_start[i], 1, ...row]);
        if (tile.move_end[i] <= at && !tile.move_state[i]) found.push([tile.move_end[i], 2, ...row]);
      }
      for (let i = 0; i < tile.mark_time.length; i++) {
        if (tile.mark_time[i] > at || !about(tile.mark_node[i], tile.mark_peer[i])) continue;
        found.push([tile.mark_time[i], tile.mark_kind[i], tile.mark_node[i], tile.mark_peer[i], tile.mark_flow[i],
          tile.mark_packet[i], 0, tile.mark_value[i]]);
      }
      for (let i = 0; query.kind === "node" && i < tile.job_start.length; i++) {
        if (tile.job_node[i] === node && tile.job_start[i] <= at) found.push([tile.job_start[i], 5, node, -1, -1, -1, 0, null]);
      }
    }
    const once = new Map(found.map((row) => [row.slice(0, 5).join(), row]));
    return [...once.values()].sort((a, b) => b[0] - a[0]).slice(0, 40);
  };

  W.journeyIn = (tiles, column, id) => {
    const once = new Map();
    for (const tile of tiles) {
      const ids = tile["move_" + column];
      for (let i = 0; i < ids.length; i++) {
        if (ids[i] !== id) continue;
        const end = tile.move_state[i] & 1 ? NaN : tile.move_end[i];
        once.set(tile.move_start[i] + "," + tile.move_node[i] + "," + tile.move_peer[i],
          [tile.move_start[i], end, tile.move_node[i], tile.move_peer[i], tile.move_bytes[i]]);
      }
    }
    const rows = [...once.values()].sort((a, b) => a[0] - b[0]);
    const names = ["move_start", "move_end", "move_node", "move_peer", "move_bytes"];
    const made = { launched_bytes: rows.length ? rows[0][4] : null, value_time: [], value: [], mark_time: [], mark_kind: [], mark_node: [] };
    names.forEach((name, place) => { made[name] = rows.map((row) => row[place]); });
    return made;
  };
})((window.wayfareMap = window.wayfareMap || {}));

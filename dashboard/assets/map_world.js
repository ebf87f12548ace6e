// What is the case at a moment: a pure function of the tiles and the time.
(function (W) {
  "use strict";
  const KIND = { drop: 4, interrupt: 14, down: 15, up: 16, cut: 12, mended: 13, handover: 17, refuse: 20, empty: 22 };
  const TRANSIENT = new Set([KIND.drop, KIND.interrupt, KIND.handover, KIND.refuse, KIND.empty, KIND.down]);
  W.KIND = KIND;
  W.TIERS = ["device", "edge", "cloud", "other"];
  const LOAD_STEPS = [0.001, 0.25, 0.5, 0.75];

  W.loadStep = (share) => {
    let step = 0;
    while (step < LOAD_STEPS.length && share >= LOAD_STEPS[step]) step += 1;
    return step;
  };

  // Nodes and links of a run, and its state at a time.
  W.World = class {
    constructor(head) {
      const nodes = head.names.length;
      const edges = head.source.length;
      Object.assign(this, { head, nodes, edges, names: head.names });
      this.tier = Uint8Array.from(head.tiers, (name) => Math.max(0, W.TIERS.indexOf(W.TIERS.includes(name) ? name : "other")));
      this.placeX = head.x;
      this.placeY = head.y;
      this.moves = head.geographic; // whether moving nodes are drawn where they are
      this.x = new Float32Array(nodes);
      this.y = new Float32Array(nodes);
      this.source = Int32Array.from(head.source);
      this.target = Int32Array.from(head.target);
      this.accuracy = new Float32Array(nodes).fill(NaN);
      this.down = new Uint8Array(nodes);
      this.cut = new Uint8Array(edges);
      this.share = new Float32Array(2 * edges);
      this.carried = new Float32Array(2 * edges);
      this.queue = new Float32Array(2 * edges);
      this.flying = []; // places of moves in the tile
      this.ended = []; // those that ended within the trail
      this.working = []; // nodes that train
      this.marks = []; // places of marks within the trail
      this.structure = 0; // changes with whatever the links look like besides their load
      this.structureOf = "";
      this.moving = false;
      this.tile = null;
      this.time = 0;
      this.setPlaces(head);
    }

    // Lay the nodes out otherwise; moving nodes stand still then.
    setPlaces(places, geographic = this.head.geographic) {
      this.placeX = places.x;
      this.placeY = places.y;
      this.moves = geographic;
      this.x.set(places.x);
      this.y.set(places.y);
      this.structureOf = "";
      this.structure += 1;
    }

    // Bring everything to a time; `trail` is how long what has ended is still seen [s].
    seek(tile, time, trail) {
      this.tile = tile;
      this.time = time;
      this.seekMoves(tile, time, trail);
      this.seekStructure(tile, time);
      this.seekLoads(tile, time);
      this.seekAccuracy(tile, time);
      this.seekPlaces(tile, time);
    }

    seekMoves(tile, time, trail) {
      const { move_start: start, move_end: end, move_state: state } = tile;
      const count = W.lastAtMost(start, time) + 1;
      this.flying.length = this.ended.length = this.working.length = this.marks.length = 0;
      for (let i = 0; i < count; i++) {
        if (end[i] > time || state[i] & 1) this.flying.push(i);
        else if (end[i] > time - trail) this.ended.push(i);
      }
      for (let i = 0; i < tile.job_start.length; i++) {
        if (tile.job_start[i] <= time && tile.job_end[i] > time) this.working.push(tile.job_node[i]);
      }
      for (let i = W.lastAtMost(tile.mark_time, time); i >= 0 && tile.mark_time[i] > time - trail; i--) {
        if (TRANSIENT.has(tile.mark_kind[i])) this.marks.push(i);
      }
    }

    seekStructure(tile, time) {
      const marks = W.lastAtMost(tile.mark_time, time) + 1;
      const rehomed = W.lastAtMost(tile.end_time, time) + 1;
      if (tile.stateMarks === undefined) tile.stateMarks = this.countState(tile);
      const structure = tile.tile + ":" + tile.start + ":" + tile.stateMarks[marks] + ":" + rehomed;
      if (structure === this.structureOf) return;
      this.structureOf = structure;
      const before = [this.source, this.target, this.down, this.cut].map((each) => each.slice());
      this.source.set(this.head.source);
      this.target.set(this.head.target);
      const lead = (edges, sources, targets, upTo) => {
        for (let i = 0; i < upTo; i++) {
          this.source[edges[i]] = sources[i];
          this.target[edges[i]] = targets[i];
        }
      };
      lead(tile.end0_edge, tile.end0_source, tile.end0_target, tile.end0_edge.length);
      lead(tile.end_edge, tile.end_source, tile.end_target, rehomed);
      this.down.fill(0);
      for (const node of tile.down0) this.down[node] = 1;
      const cut = new Set();
      const pair = (a, b) => a * this.nodes + b;
      for (let i = 0; i < tile.cut0_node.length; i++) cut.add(pair(tile.cut0_node[i], tile.cut0_peer[i]));
      for (let i = 0; i < marks; i++) {
        const kind = tile.mark_kind[i];
        const node = tile.mark_node[i];
        if (kind === KIND.down) this.down[node] = 1;
        else if (kind === KIND.up) this.down[node] = 0;
        else if (kind === KIND.cut) cut.add(pair(node, tile.mark_peer[i]));
        else if (kind === KIND.mended) cut.delete(pair(node, tile.mark_peer[i]));
      }
      for (let edge = 0; edge < this.edges; edge++) {
        const there = pair(this.source[edge], this.target[edge]);
        this.cut[edge] = cut.size && (cut.has(there) || cut.has(pair(this.target[edge], this.source[edge]))) ? 1 : 0;
      }
      // Another tile is no other structure: drawing all links and nodes again is the dearest thing there is.
      const now = [this.source, this.target, this.down, this.cut];
      if (now.some((each, at) => each.some((value, i) => value !== before[at][i]))) this.structure += 1;
    }

    countState(tile) {
      const counts = new Int32Array(tile.mark_kind.length + 1);
      for (let i = 0; i < tile.mark_kind.length; i++) {
        const kind = tile.mark_kind[i];
        const counted = kind === KIND.down || kind === KIND.up || kind === KIND.cut || kind === KIND.mended;
        counts[i + 1] = counts[i] + (counted ? 1 : 0);
      }
      return counts;
    }

    seekLoads(tile, time) {
      const { load_time: times } = tile;
      let last = W.lastAtMost(times, time + tile.bin * 1e-6);
      if (last >= 0 && time > times[last] + tile.bin * (1 + 1e-6)) last = -1;
      const bin = last < 0 ? -1 : times[last];
      if (this.loadTile === tile && this.loadBin === bin) return;
      Object.assign(this, { loadTile: tile, loadBin: bin });
      this.share.fill(0);
      this.carried.fill(0);
      this.queue.fill(0);
      for (let i = last; i >= 0 && times[i] === bin; i--) {
        const link = tile.load_link[i];
        this.share[link] = tile.load_share[i];
        this.carried[link] = tile.load_bytes[i];
        this.queue[link] = tile.load_queue[i];
      }
    }

    seekAccuracy(tile, time) {
      this.accuracy.fill(NaN);
      for (let i = 0; i < tile.held0_node.length; i++) this.accuracy[tile.held0_node[i]] = tile.held0_value[i];
      const count = W.lastAtMost(tile.held_time, time) + 1;
      for (let i = 0; i < count; i++) this.accuracy[tile.held_node[i]] = tile.held_value[i];
    }

    seekPlaces(tile, time) {
      this.moving = this.moves && tile.place_time.length > 0;
      if (!this.moving) return;
      if (!tile.ways) tile.ways = waysOf(tile, this.nodes);
      for (const way of tile.ways) {
        const i = W.lastAtMost(way.time, time);
        if (i < 0 || i + 1 >= way.time.length) {
          const edge = i < 0 ? 0 : i;
          this.x[way.node] = way.x[edge];
          this.y[way.node] = way.y[edge];
          continue;
        }
        const part = (time - way.time[i]) / (way.time[i + 1] - way.time[i] || 1);
        this.x[way.node] = way.x[i] + (way.x[i + 1] - way.x[i]) * part;
        this.y[way.node] = way.y[i] + (way.y[i + 1] - way.y[i]) * part;
      }
    }

    // How much of its hop a move has behind it; of one whose end is a guess never all.
    fraction(i) {
      const { move_start: start, move_end: end, move_state: state } = this.tile;
      const part = (this.time - start[i]) / (end[i] - start[i] || 1e-9);
      return Math.max(0, Math.min(part, state[i] & 1 ? 0.92 : 1));
    }

    mean() {
      let sum = 0;
      let count = 0;
      for (const value of this.accuracy) if (value === value) { sum += value; count += 1; }
      return count ? sum / count : NaN;
    }

    edgeBetween(node, peer) {
      for (let edge = 0; edge < this.edges; edge++) {
        if (this.source[edge] === node && this.target[edge] === peer) return 2 * edge;
        if (this.source[edge] === peer && this.target[edge] === node) return 2 * edge + 1;
      }
      return -1;
    }

    // The site of an edge within a cell, -1 where there is none: between devices, and outside of cells.
    siteOf(edge) {
      if (!this.head.cell[edge]) return -1;
      const [a, b] = [this.source[edge], this.target[edge]];
      if (this.tier[a] !== 0) return a;
      return this.tier[b] !== 0 ? b : -1;
    }

    hasCells() {
      for (let edge = 0; edge < this.edges; edge++) if (this.siteOf(edge) >= 0) return true;
      return false;
    }
  };

  function waysOf(tile) {
    const ways = new Map();
    for (let i = 0; i < tile.place_time.length; i++) {
      const node = tile.place_node[i];
      if (!ways.has(node)) ways.set(node, { node, time: [], x: [], y: [] });
      const way = ways.get(node);
      way.time.push(tile.place_time[i]);
      way.x.push(tile.place_x[i]);
      way.y.push(tile.place_y[i]);
    }
    return [...ways.values()];
  }

  // The moments of a tile at which something happens, sorted, each once.
  W.momentsOf = (tile) => {
    if (!tile.moments) {
      const all = [tile.move_start, tile.move_end, tile.job_start, tile.job_end, tile.mark_time, tile.held_time];
      const merged = Float64Array.from(all.flatMap((each) => [...each])).sort();
      tile.moments = merged.filter((time, i) => time >= tile.start && time <= tile.end && (i === 0 || time > merged[i - 1]));
    }
    return tile.moments;
  };
})((window.wayfareMap = window.wayfareMap || {}));

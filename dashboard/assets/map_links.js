// The lower layer: cells, idle links, loaded links with their two ways apart. Drawn again only when one of them changes.
(function (W) {
  "use strict";
  const WIDTHS = [1, 2, 3, 4.2, 5.6];
  const DASHED_EDGES = 300; // dashes of more links than this cost more than everything else together
  const CROWD = 1500;
  const GRID_PX = 14;
  const AGAIN_MS = 90;
  const MANY = 150;
  const HAIRLINES = 64;

  W.LinkLayer = class {
    constructor(canvas) {
      this.canvas = canvas;
      this.context = canvas.getContext("2d");
      this.key = "";
      this.drawnAt = 0;
      this.lines = 0;
    }

    // In a crowd that plays the loads are drawn some ten times a second; whoever stops sees those of the very moment.
    draw(world, camera, palette, options, playing, ratio) {
      const shape = [camera.version, world.structure, options.cells, palette.serial, ratio].join();
      const key = shape + "," + world.loadBin + (world.moving ? "," + world.time : "");
      if (key === this.key) return false;
      const crowd = world.edges > CROWD;
      const soon = performance.now() - this.drawnAt < AGAIN_MS;
      if (crowd && playing && soon && shape === this.shape && !world.moving) return false;
      Object.assign(this, { key, shape, drawnAt: performance.now() });
      const context = this.context;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, camera.width, camera.height);
      if (options.cells && world.moves) this.drawCells(world, camera, palette);
      const visible = this.visible(world, camera);
      this.lines = 0;
      if (visible.nodes > CROWD) this.drawBundles(world, camera, palette, visible.edges);
      else this.drawEdges(world, camera, palette, visible.edges);
      return true;
    }

    visible(world, camera) {
      let nodes = 0;
      for (let i = 0; i < world.nodes; i++) if (camera.sees(camera.sx[i], camera.sy[i])) nodes += 1;
      const edges = [];
      const { sx, sy, width, height } = camera;
      for (let edge = 0; edge < world.edges; edge++) {
        const [a, b] = [world.source[edge], world.target[edge]];
        if (Math.max(sx[a], sx[b]) < 0 || Math.min(sx[a], sx[b]) > width) continue;
        if (Math.max(sy[a], sy[b]) < 0 || Math.min(sy[a], sy[b]) > height) continue;
        edges.push(edge);
      }
      return { nodes, edges };
    }

    drawEdges(world, camera, palette, edges) {
      const { sx, sy } = camera;
      const thin = Math.max(0.35, Math.min(1, Math.sqrt(250 / Math.max(edges.length, 1))));
      const dashed = edges.length <= DASHED_EDGES;
      const idle = { wire: [], radio: [], cut: [] };
      const busy = [[], [], [], [], []];
      for (const edge of edges) {
        const lane = world.cut[edge] ? idle.cut : world.head.radio[edge] ? idle.radio : idle.wire;
        const [a, b] = [world.source[edge], world.target[edge]];
        lane.push(sx[a], sy[a], sx[b], sy[b]);
        if (world.cut[edge]) continue; // the load is that of the whole time bin, and nothing passes now
        for (const way of [0, 1]) {
          const step = W.loadStep(world.share[2 * edge + way]);
          if (!step) continue;
          const [from, to] = way ? [b, a] : [a, b];
          const dx = sx[to] - sx[from];
          const dy = sy[to] - sy[from];
          const length = Math.hypot(dx, dy) || 1;
          const off = Math.min(0.8 + (WIDTHS[step] * thin) / 2, length / 5);
          const [ox, oy] = [(-dy / length) * off, (dx / length) * off];
          busy[step].push(sx[from] + ox, sy[from] + oy, sx[to] + ox, sy[to] + oy);
        }
      }
      this.stroke(idle.wire, palette.load[0], 1.6 * thin);
      this.stroke(idle.radio, palette.load[0], 1.2 * thin, dashed ? [4, 4] : null);
      this.stroke(idle.cut, palette.bad, 2.4 * thin, dashed ? [2.4, 4.8] : null);
      busy.forEach((lines, step) => this.stroke(lines, palette.load[step], WIDTHS[step] * thin));
    }

    // Many links as few: those between the same two squares of the screen are one line, as busy as the busiest.
    drawBundles(world, camera, palette, edges) {
      if (this.bundledFor !== this.shape || world.moving) {
        this.bundle(world, camera, edges);
        this.bundledFor = this.shape;
      }
      const { sx, sy } = camera;
      const { of, ends } = this.bundles;
      const share = new Float32Array(ends.length / 2);
      const whole = new Uint8Array(ends.length / 2);
      for (let at = 0; at < edges.length; at++) {
        if (of[at] < 0) continue;
        const edge = edges[at];
        if (world.cut[edge]) continue;
        share[of[at]] = Math.max(share[of[at]], world.share[2 * edge], world.share[2 * edge + 1]);
        whole[of[at]] = 1;
      }
      const lines = [[], [], [], [], [], []];
      for (let i = 0; i < share.length; i++) {
        const [a, b] = [ends[2 * i], ends[2 * i + 1]];
        lines[whole[i] ? W.loadStep(share[i]) : 5].push(sx[a], sy[a], sx[b], sy[b]);
      }
      for (const step of [0, 5, 1, 2, 3, 4]) {
        this.stroke(lines[step], step === 5 ? palette.bad : palette.load[step], step === 0 ? 0.7 : 0.5 + 0.35 * (step % 5));
      }
    }

    bundle(world, camera, edges) {
      const { sx, sy } = camera;
      const columns = Math.ceil(camera.width / GRID_PX) + 2;
      const square = (i) => (Math.floor(sy[i] / GRID_PX) + 1) * columns + Math.floor(sx[i] / GRID_PX) + 1;
      const of = new Int32Array(edges.length).fill(-1);
      const numbers = new Map();
      const ends = [];
      for (let at = 0; at < edges.length; at++) {
        const [a, b] = [world.source[edges[at]], world.target[edges[at]]];
        const [p, q] = [square(a), square(b)];
        if (p === q) continue;
        const key = p < q ? p * 1e7 + q : q * 1e7 + p;
        let number = numbers.get(key);
        if (number === undefined) {
          number = numbers.size;
          numbers.set(key, number);
          ends.push(a, b);
        }
        of[at] = number;
      }
      this.bundles = { of, ends };
    }

    stroke(points, colour, width, dash) {
      if (!points.length) return;
      const context = this.context;
      this.lines += points.length / 4;
      context.strokeStyle = colour;
      context.setLineDash(dash || []);
      if (points.length / 4 > MANY) this.strokeHairlines(points, width);
      else this.strokeEach(points, width);
      context.setLineDash([]);
    }

    // Wide lines one by one: a path of many has to be cut out of the plane as a whole, at ten times the cost.
    strokeEach(points, width) {
      const context = this.context;
      context.lineWidth = width;
      for (let at = 0; at < points.length; at += 4) {
        context.beginPath();
        context.moveTo(points[at], points[at + 1]);
        context.lineTo(points[at + 2], points[at + 3]);
        context.stroke();
      }
    }

    // Very many lines: a pixel wide, which is drawn without cutting; wider ones as some beside each other.
    strokeHairlines(points, width) {
      const context = this.context;
      const strands = Math.max(1, Math.round(width));
      context.lineWidth = 1;
      context.globalAlpha = Math.min(1, Math.max(width, 0.4));
      for (let strand = 0; strand < strands; strand++) {
        const off = strand - (strands - 1) / 2;
        for (let first = 0; first < points.length; first += 4 * HAIRLINES) {
          context.beginPath();
          for (let at = first; at < Math.min(first + 4 * HAIRLINES, points.length); at += 4) {
            const [x, y, u, v] = [points[at], points[at + 1], points[at + 2], points[at + 3]];
            const length = off ? Math.hypot(u - x, v - y) || 1 : 1;
            const [ox, oy] = [(-(v - y) / length) * off, ((u - x) / length) * off];
            context.moveTo(x + ox, y + oy);
            context.lineTo(u + ox, v + oy);
          }
          context.stroke();
        }
      }
      context.globalAlpha = 1;
    }

    // A cell reaches as far as the devices that have its site now; where distances mean nothing there is none.
    drawCells(world, camera, palette) {
      const reach = new Map();
      for (let edge = 0; edge < world.edges; edge++) {
        const site = world.siteOf(edge);
        if (site < 0) continue;
        const device = site === world.source[edge] ? world.target[edge] : world.source[edge];
        const distance = Math.hypot(camera.sx[site] - camera.sx[device], camera.sy[site] - camera.sy[device]);
        reach.set(site, Math.max(reach.get(site) || 0, distance));
      }
      const context = this.context;
      context.setLineDash([6, 4]);
      context.lineWidth = 1.2;
      context.strokeStyle = palette.accent;
      for (const [site, radius] of reach) {
        context.beginPath();
        context.arc(camera.sx[site], camera.sy[site], radius + 8, 0, 2 * Math.PI);
        context.globalAlpha = 0.07;
        context.fillStyle = palette.accent;
        context.fill();
        context.globalAlpha = 0.55;
        context.stroke();
        context.globalAlpha = 1;
      }
      context.setLineDash([]);
    }
  };
})((window.wayfareMap = window.wayfareMap || {}));

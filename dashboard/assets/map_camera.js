// From places to pixels and back: zoom, pan, and what is under the pointer.
(function (W) {
  "use strict";
  const MARGIN_PX = 44;
  const LANE_PX = 3;
  W.LANE_PX = LANE_PX;

  W.Camera = class {
    constructor() {
      Object.assign(this, { x: 0, y: 0, scale: 1, fitted: 1, width: 1, height: 1, version: 0, inset: 0, free: false });
      this.sx = new Float32Array(0);
      this.sy = new Float32Array(0);
    }

    resize(width, height) {
      Object.assign(this, { width, height });
      this.version += 1;
    }

    // Show all nodes, besides a strip on the right that something else covers.
    fit(world, inset = this.inset) {
      let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let i = 0; i < world.nodes; i++) {
        left = Math.min(left, world.x[i]);
        right = Math.max(right, world.x[i]);
        low = Math.min(low, world.y[i]);
        high = Math.max(high, world.y[i]);
      }
      if (!(right >= left)) [left, right, low, high] = [-1, 1, -1, 1];
      const room = [this.width - inset - 2 * MARGIN_PX, this.height - 2 * MARGIN_PX];
      const need = [right - left, high - low];
      const scales = [0, 1].map((axis) => (need[axis] > 0 ? Math.max(room[axis], 20) / need[axis] : Infinity));
      this.scale = Math.min(...scales);
      if (!Number.isFinite(this.scale)) this.scale = 1;
      this.fitted = this.scale;
      this.inset = inset;
      this.x = (left + right) / 2 + inset / 2 / this.scale;
      this.y = (low + high) / 2;
      this.free = false;
      this.version += 1;
    }

    zoom(factor, px = this.width / 2, py = this.height / 2) {
      const before = this.toPlace(px, py);
      this.scale = Math.max(this.fitted / 4, Math.min(this.scale * factor, this.fitted * 400));
      const after = this.toPlace(px, py);
      this.x += before[0] - after[0];
      this.y += before[1] - after[1];
      this.free = true;
      this.version += 1;
    }

    pan(dx, dy) {
      this.x -= dx / this.scale;
      this.y += dy / this.scale;
      this.free = true;
      this.version += 1;
    }

    centre(x, y) {
      this.x = x + this.inset / 2 / this.scale;
      this.y = y;
      this.free = true;
      this.version += 1;
    }

    toPlace(px, py) {
      return [this.x + (px - this.width / 2) / this.scale, this.y - (py - this.height / 2) / this.scale];
    }

    // Where all nodes are on the screen.
    project(world) {
      if (this.sx.length !== world.nodes) {
        this.sx = new Float32Array(world.nodes);
        this.sy = new Float32Array(world.nodes);
      }
      const ox = this.width / 2 - this.x * this.scale;
      const oy = this.height / 2 + this.y * this.scale;
      for (let i = 0; i < world.nodes; i++) {
        this.sx[i] = ox + world.x[i] * this.scale;
        this.sy[i] = oy - world.y[i] * this.scale;
      }
    }

    sees(px, py, slack = 20) {
      return px > -slack && py > -slack && px < this.width + slack && py < this.height + slack;
    }

    // Where on its lane a move is: right of the middle of the link, as traffic is.
    onLane(node, peer, part) {
      const dx = this.sx[peer] - this.sx[node];
      const dy = this.sy[peer] - this.sy[node];
      const length = Math.hypot(dx, dy) || 1;
      const lane = Math.min(LANE_PX, length / 6);
      return [this.sx[node] + dx * part - (dy / length) * lane, this.sy[node] + dy * part + (dx / length) * lane, dx / length, dy / length];
    }

    // What is under the pointer: packets first, then nodes, then links.
    hit(world, px, py, radius) {
      const packet = this.hitMove(world, px, py);
      if (packet) return packet;
      let best = null;
      let nearest = Infinity;
      for (let i = 0; i < world.nodes; i++) {
        const distance = Math.hypot(this.sx[i] - px, this.sy[i] - py) - radius(i);
        if (distance < 5 && distance < nearest) {
          nearest = distance;
          best = { kind: "node", id: i };
        }
      }
      return best || this.hitLink(world, px, py);
    }

    hitMove(world, px, py) {
      const tile = world.tile;
      let best = null;
      let nearest = 10;
      for (const i of tile ? world.flying : []) {
        const [x, y] = this.onLane(tile.move_node[i], tile.move_peer[i], world.fraction(i));
        const distance = Math.hypot(x - px, y - py);
        if (distance < nearest) {
          nearest = distance;
          best = W.moveThing(tile, i);
        }
      }
      return best;
    }

    hitLink(world, px, py) {
      let best = null;
      let nearest = 7;
      for (let edge = 0; edge < world.edges; edge++) {
        const [a, b] = [world.source[edge], world.target[edge]];
        const dx = this.sx[b] - this.sx[a];
        const dy = this.sy[b] - this.sy[a];
        const squared = dx * dx + dy * dy || 1;
        const part = ((px - this.sx[a]) * dx + (py - this.sy[a]) * dy) / squared;
        if (part < 0 || part > 1) continue;
        const side = ((py - this.sy[a]) * dx - (px - this.sx[a]) * dy) / Math.sqrt(squared);
        if (Math.abs(side) < nearest) {
          nearest = Math.abs(side);
          best = { kind: "link", id: 2 * edge + (side < 0 ? 1 : 0) };
        }
      }
      return best;
    }
  };

  // A move as what it carries: a packet of learning, or another transfer.
  W.moveThing = (tile, i) =>
    tile.move_packet[i] >= 0 ? { kind: "packet", id: tile.move_packet[i] } : { kind: "transfer", id: tile.move_flow[i] };
})((window.wayfareMap = window.wayfareMap || {}));

// The upper layer, drawn in every frame: what is on the way, who trains, what went wrong, what is pinned.
(function (W) {
  "use strict";
  const MOST = 2500;
  const GLYPHS = 500; // more are drawn as squares

  W.MoveLayer = class {
    constructor(canvas) {
      this.canvas = canvas;
      this.context = canvas.getContext("2d");
    }

    draw(world, camera, palette, options, scene, ratio) {
      const context = this.context;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, camera.width, camera.height);
      context.setLineDash([]);
      context.lineCap = "butt";
      if (scene.journey) this.drawJourney(world, camera, palette, scene.journey);
      for (const thing of [scene.hover, scene.pin]) if (thing) this.drawThing(world, camera, palette, thing, scene.radii);
      if (!world.tile) return 0;
      this.drawWorking(world, camera, palette, scene.radii);
      if (options.trails) this.drawTrails(world, camera, palette, scene);
      const left = this.drawMoves(world, camera, palette, scene);
      this.drawMarks(world, camera, palette, scene.trail);
      return left;
    }

    drawWorking(world, camera, palette, radii) {
      const context = this.context;
      const small = radii[0] < 3.5;
      context.beginPath();
      for (const node of world.working) {
        const [x, y] = [camera.sx[node], camera.sy[node]];
        if (world.down[node] || !camera.sees(x, y)) continue;
        const radius = radii[world.tier[node]] + (small ? 1.5 : 3);
        if (small) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
        else {
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
      }
      context.strokeStyle = palette.good;
      context.lineWidth = small ? 1 : 2;
      context.stroke();
    }

    drawTrails(world, camera, palette, scene) {
      const { move_node: nodes, move_peer: peers, move_end: ends } = world.tile;
      const context = this.context;
      if (world.ended.length + world.flying.length > GLYPHS) return;
      const shades = [[], [], []];
      for (const i of world.ended) {
        const age = (world.time - ends[i]) / (scene.trail || 1);
        shades[Math.min(2, Math.floor(age * 3))].push(nodes[i], peers[i], 0, 1);
      }
      for (const i of world.flying) shades[0].push(nodes[i], peers[i], Math.max(0, world.fraction(i) - 0.3), world.fraction(i));
      context.strokeStyle = palette.packet;
      context.lineWidth = 1.6 * scene.crowd;
      shades.forEach((lines, shade) => {
        context.globalAlpha = [0.4, 0.22, 0.1][shade];
        context.beginPath();
        for (let at = 0; at < lines.length; at += 4) {
          const [x, y] = camera.onLane(lines[at], lines[at + 1], lines[at + 2]);
          const [u, v] = camera.onLane(lines[at], lines[at + 1], lines[at + 3]);
          if (!camera.sees(x, y, 400) && !camera.sees(u, v, 400)) continue;
          context.moveTo(x, y);
          context.lineTo(u, v);
        }
        context.stroke();
      });
      context.globalAlpha = 1;
    }

    drawMoves(world, camera, palette, scene) {
      const { move_node: nodes, move_peer: peers, move_packet: packets, move_bytes: bytes } = world.tile;
      const part = Math.max(1, Math.ceil(world.flying.length / MOST));
      const many = world.flying.length > GLYPHS;
      const groups = { model: [], other: [] };
      let drawn = 0;
      for (let at = 0; at < world.flying.length; at += part) {
        const i = world.flying[at];
        const [x, y, dx, dy] = camera.onLane(nodes[i], peers[i], world.fraction(i));
        if (!camera.sees(x, y)) continue;
        drawn += 1;
        groups[packets[i] >= 0 ? "model" : "other"].push(x, y, dx, dy, W.packetRadius(bytes[i], scene.largest, many) * scene.crowd);
      }
      this.fillMoves(groups.other, many ? palette.second : palette.surface, palette.packet, many);
      this.fillMoves(groups.model, palette.packet, palette.surface, many);
      return part > 1 ? drawn : 0;
    }

    // Arrowheads that point where they go; squares where there are very many.
    fillMoves(places, fill, line, many) {
      const context = this.context;
      if (many) {
        context.fillStyle = fill;
        for (let at = 0; at < places.length; at += 5) {
          const side = places[at + 4];
          context.fillRect(places[at] - side / 2, places[at + 1] - side / 2, side, side);
        }
        return;
      }
      context.beginPath();
      for (let at = 0; at < places.length; at += 5) {
        const [x, y, dx, dy, radius] = places.slice(at, at + 5);
        context.moveTo(x + dx * radius, y + dy * radius);
        context.lineTo(x - dx * radius * 0.8 - dy * radius * 0.75, y - dy * radius * 0.8 + dx * radius * 0.75);
        context.lineTo(x - dx * radius * 0.35, y - dy * radius * 0.35);
        context.lineTo(x - dx * radius * 0.8 + dy * radius * 0.75, y - dy * radius * 0.8 - dx * radius * 0.75);
        context.closePath();
      }
      context.fillStyle = fill;
      context.fill();
      context.strokeStyle = line;
      context.lineWidth = 1;
      context.stroke();
    }

    // Crosses where something was lost, a ring and an arm where a device changed its site.
    drawMarks(world, camera, palette, trail) {
      const tile = world.tile;
      const context = this.context;
      for (const i of world.marks.slice(0, 300)) {
        const [node, kind] = [tile.mark_node[i], tile.mark_kind[i]];
        if (node < 0 || !camera.sees(camera.sx[node], camera.sy[node])) continue;
        const age = Math.min(1, (world.time - tile.mark_time[i]) / (trail || 1));
        context.globalAlpha = 1 - age * 0.8;
        context.lineWidth = 2;
        const [x, y] = [camera.sx[node], camera.sy[node]];
        const reach = 9 + age * 10;
        context.beginPath();
        if (kind === W.KIND.handover) {
          context.strokeStyle = palette.accent;
          context.arc(x, y, reach, 0, 2 * Math.PI);
          const site = tile.mark_peer[i];
          if (site >= 0) {
            context.moveTo(x, y);
            context.lineTo(camera.sx[site], camera.sy[site]);
          }
        } else {
          context.strokeStyle = palette.bad;
          const arm = 5 + age * 4;
          const up = kind === W.KIND.drop || kind === W.KIND.refuse ? 13 : 0;
          context.moveTo(x - arm, y - up - arm);
          context.lineTo(x + arm, y - up + arm);
          context.moveTo(x + arm, y - up - arm);
          context.lineTo(x - arm, y - up + arm);
        }
        context.stroke();
      }
      context.globalAlpha = 1;
    }

    drawThing(world, camera, palette, thing, radii) {
      const context = this.context;
      context.strokeStyle = palette.accent;
      context.lineWidth = 3;
      context.beginPath();
      if (thing.kind === "node") {
        const radius = radii[world.tier[thing.id]] + 6;
        context.arc(camera.sx[thing.id], camera.sy[thing.id], radius, 0, 2 * Math.PI);
      } else if (thing.kind === "link") {
        const [a, b] = [world.source[thing.id >> 1], world.target[thing.id >> 1]];
        context.globalAlpha = 0.4;
        context.lineWidth = 13;
        context.moveTo(camera.sx[a], camera.sy[a]);
        context.lineTo(camera.sx[b], camera.sy[b]);
      } else {
        for (const [x, y] of this.placesOf(world, camera, thing)) {
          context.moveTo(x + 13, y);
          context.arc(x, y, 13, 0, 2 * Math.PI);
        }
      }
      context.stroke();
      context.globalAlpha = 1;
    }

    placesOf(world, camera, thing) {
      if (!world.tile) return [];
      const ids = thing.kind === "packet" ? world.tile.move_packet : world.tile.move_flow;
      const found = world.flying.filter((i) => ids[i] === thing.id);
      if (found.length) return found.map((i) => camera.onLane(world.tile.move_node[i], world.tile.move_peer[i], world.fraction(i)));
      return thing.node >= 0 ? [[camera.sx[thing.node], camera.sy[thing.node]]] : [];
    }

    drawJourney(world, camera, palette, journey) {
      const context = this.context;
      const last = W.lastAtMost(journey.move_start, world.time);
      context.strokeStyle = palette.accent;
      for (let i = Math.max(0, last - 11); i <= last; i++) {
        context.globalAlpha = 0.65 * (1 - (last - i) / 12);
        context.lineWidth = 5;
        context.beginPath();
        context.moveTo(camera.sx[journey.move_node[i]], camera.sy[journey.move_node[i]]);
        context.lineTo(camera.sx[journey.move_peer[i]], camera.sy[journey.move_peer[i]]);
        context.stroke();
      }
      context.globalAlpha = 1;
    }
  };

  // The area follows the bytes, within what can be seen and told apart.
  W.packetRadius = (bytes, largest, many) => {
    const share = Math.sqrt(Math.max(bytes, 0) / Math.max(largest, 1));
    return many ? 4 + 4 * share : 4.5 + 6.5 * share;
  };
})((window.wayfareMap = window.wayfareMap || {}));

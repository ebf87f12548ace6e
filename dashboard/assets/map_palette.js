// The theme's colours, read from the page's style sheet, and the small pictures of nodes in them.
(function (W) {
  "use strict";
  const STEPS = 24;
  W.ACCURACY_STEPS = STEPS;
  const BASE_PX = [6, 10, 14, 6];

  W.accuracyStep = (value) => (value === value ? Math.round(Math.max(0, Math.min(value, 1)) * STEPS) : -1);

  W.Palette = class {
    constructor() {
      const style = getComputedStyle(document.documentElement);
      const get = (name) => style.getPropertyValue("--wf-" + name).trim();
      for (const name of ["page", "surface", "raised", "ink", "muted", "line", "accent", "second", "packet", "unknown", "bad", "warning", "good"]) {
        this[name] = get(name) || "#888888";
      }
      this.load = [0, 1, 2, 3, 4].map((step) => get("load-" + step) || "#888888");
      const stops = get("accuracy").match(/#[0-9a-f]{6}/gi) || ["#440154", "#21918c", "#fde725"];
      this.accuracy = Array.from({ length: STEPS + 1 }, (_, step) => mixed(stops, step / STEPS));
      this.font = get("font") || "sans-serif";
      this.sprites = new Map();
    }

    // The colour of an accuracy's step; -1: none was measured.
    fill(step) {
      return step < 0 ? this.unknown : this.accuracy[step];
    }

    sprite(tier, step, down, radius, ratio) {
      const key = (((tier * 32 + step + 1) * 2 + down) * 64 + Math.round(radius * 2)) * 8 + Math.round(ratio * 2);
      let found = this.sprites.get(key);
      if (!found) {
        // A bitmap is drawn many times faster than a canvas that might change.
        found = this.drawn(tier, step, down, radius, ratio, new OffscreenCanvas(1, 1)).transferToImageBitmap();
        this.sprites.set(key, found);
      }
      return found;
    }

    drawn(tier, step, down, radius, ratio, canvas = document.createElement("canvas")) {
      const side = Math.ceil((2 * radius + 4) * ratio);
      canvas.width = canvas.height = side;
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      context.translate(side / ratio / 2, side / ratio / 2);
      context.beginPath();
      W.outline(context, tier, 0, 0, radius);
      context.fillStyle = down ? this.surface : this.fill(step);
      context.fill();
      context.lineWidth = radius > 4 ? 1.5 : radius > 2.5 ? 1 : 0.7;
      context.strokeStyle = down ? this.bad : this.ink;
      context.stroke();
      if (down) {
        const arm = radius * 0.5;
        context.beginPath();
        context.moveTo(-arm, -arm);
        context.lineTo(arm, arm);
        context.moveTo(arm, -arm);
        context.lineTo(-arm, arm);
        context.stroke();
      }
      return canvas;
    }
  };

  // The shape of a tier: circle, diamond, hexagon; a square for any other.
  W.outline = (context, tier, x, y, radius) => {
    if (tier === 0) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    }
    const corners = tier === 1 ? 4 : tier === 2 ? 6 : 4;
    const turn = tier === 3 ? Math.PI / 4 : tier === 2 ? Math.PI / 6 : 0;
    const reach = tier === 3 ? radius * 1.2 : radius * 1.08;
    for (let corner = 0; corner < corners; corner++) {
      const angle = turn + (corner * 2 * Math.PI) / corners - Math.PI / 2;
      const point = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
      if (corner) context.lineTo(...point);
      else context.moveTo(...point);
    }
    context.closePath();
  };

  // How large a node of each tier is drawn: less in a crowd, more as one comes nearer.
  W.radii = (nodes, zoom) => {
    const crowd = Math.max(0.3, Math.min(1, Math.sqrt(70 / Math.max(nodes, 1))));
    const near = Math.max(0.7, Math.min(Math.sqrt(zoom), 1.5 / crowd));
    return BASE_PX.map((base) => Math.max(1.5, Math.round(base * crowd * near * 2) / 2));
  };

  function mixed(stops, part) {
    const place = part * (stops.length - 1);
    const first = Math.min(Math.floor(place), stops.length - 2);
    const channel = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
    const parts = [1, 3, 5].map((at) => {
      const [from, to] = [channel(stops[first], at), channel(stops[first + 1], at)];
      return Math.round(from + (to - from) * (place - first)).toString(16).padStart(2, "0");
    });
    return "#" + parts.join("");
  }
})((window.wayfareMap = window.wayfareMap || {}));

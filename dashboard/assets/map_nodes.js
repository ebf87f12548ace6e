// The middle layer: nodes and their names. Where nothing moves, only the nodes whose colour changes are drawn again.
(function (W) {
  "use strict";
  const MOST_NAMES = 70;
  const MOST_MOVING_NAMES = 40;
  const SQUARE_PX = 24;
  const CROWD = 400;

  W.NodeLayer = class {
    constructor(canvas) {
      this.canvas = canvas;
      this.context = canvas.getContext("2d");
      this.key = "";
      this.steps = new Int8Array(0);
    }

    draw(world, camera, palette, options, radii, ratio) {
      const key = [camera.version, world.structure, palette.serial, options.labels, ratio].join() + (world.moving ? "," + world.time : "");
      const whole = key !== this.key || this.steps.length !== world.nodes;
      if (whole) {
        this.key = key;
        this.steps = new Int8Array(world.nodes).fill(-2);
        this.context.setTransform(1, 0, 0, 1, 0, 0);
        this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      }
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      let drawn = 0;
      for (const tier of [0, 3, 1, 2]) {
        for (let i = 0; i < world.nodes; i++) {
          if (world.tier[i] !== tier) continue;
          const step = W.accuracyStep(world.accuracy[i]);
          if (step === this.steps[i]) continue;
          this.steps[i] = step;
          if (!camera.sees(camera.sx[i], camera.sy[i])) continue;
          const sprite = palette.sprite(tier, step, world.down[i], radii[tier], ratio);
          this.context.drawImage(
            sprite, Math.round(camera.sx[i] * ratio - sprite.width / 2), Math.round(camera.sy[i] * ratio - sprite.height / 2));
          drawn += 1;
        }
      }
      if (whole && options.labels) this.drawNames(world, camera, palette, radii, ratio);
      return drawn > 0;
    }

    // The names for which there is room, the cloud's first.
    drawNames(world, camera, palette, radii, ratio) {
      const context = this.context;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.font = "12px " + palette.font;
      context.textAlign = "center";
      context.textBaseline = "top";
      context.lineJoin = "round";
      const taken = [];
      const crowd = this.boxes(world, camera, radii);
      const most = world.moving ? MOST_MOVING_NAMES : MOST_NAMES;
      const few = world.nodes <= CROWD || camera.scale > 4 * camera.fitted;
      for (const tier of few ? [2, 1, 3, 0] : [2, 1]) {
        for (let i = 0; i < world.nodes && taken.length < most; i++) {
          if (world.tier[i] !== tier || !camera.sees(camera.sx[i], camera.sy[i], 0)) continue;
          const name = shortened(world.names[i]);
          const width = 6.6 * name.length + 6;
          const box = [camera.sx[i] - width / 2, camera.sy[i] + radii[tier] + 3, width, 15];
          if (box[1] + 15 > camera.height || taken.some((other) => overlaps(box, other)) || crowd(box, i)) continue;
          taken.push(box);
          context.strokeStyle = palette.surface;
          context.lineWidth = 3.5;
          context.strokeText(name, camera.sx[i], box[1] + 1);
          context.fillStyle = palette.ink;
          context.fillText(name, camera.sx[i], box[1] + 1);
        }
      }
    }

    // Whether a box covers a node other than its own; asked of squares of the screen, not of all nodes.
    boxes(world, camera, radii) {
      const squares = new Map();
      const of = (px, py) => Math.floor(py / SQUARE_PX) * 4096 + Math.floor(px / SQUARE_PX);
      for (let i = 0; i < world.nodes; i++) {
        const square = of(camera.sx[i], camera.sy[i]);
        if (!squares.has(square)) squares.set(square, []);
        squares.get(square).push(i);
      }
      return ([x, y, width, height], own) => {
        for (let py = y - SQUARE_PX; py <= y + height + SQUARE_PX; py += SQUARE_PX) {
          for (let px = x - SQUARE_PX; px <= x + width + SQUARE_PX; px += SQUARE_PX) {
            for (const i of squares.get(of(px, py)) || []) {
              const reach = radii[world.tier[i]];
              const [nx, ny] = [camera.sx[i], camera.sy[i]];
              if (i !== own && nx + reach > x && nx - reach < x + width && ny + reach > y && ny - reach < y + height) return true;
            }
          }
        }
        return false;
      };
    }
  };

  const overlaps = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
  const shortened = (name) => (name.length > 22 ? name.slice(0, 21) + "…" : name);
})((window.wayfareMap = window.wayfareMap || {}));

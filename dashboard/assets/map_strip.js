// The time slider: how much happened when, and where we are.
(function (W) {
  "use strict";
  const HEIGHT_PX = 44;

  W.Strip = class {
    constructor(changed) {
      this.canvas = W.element("canvas", "wm-strip-picture");
      this.cursor = W.element("div", "wm-cursor");
      this.track = W.element("div", "wm-strip", this.canvas, this.cursor);
      this.start = W.element("span", null, "0 s");
      this.finish = W.element("span");
      this.node = W.element("div", "wm-strip-box", this.track, W.element("div", "wm-strip-ends", this.start, this.finish));
      this.track.tabIndex = 0;
      this.track.setAttribute("role", "slider");
      this.end = 1;
      const move = (event) => {
        const box = this.track.getBoundingClientRect();
        changed(((event.clientX - box.left) / Math.max(box.width, 1)) * this.end);
      };
      this.track.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        this.track.setPointerCapture(event.pointerId);
        move(event);
      });
      this.track.addEventListener("pointermove", (event) => {
        if (this.track.hasPointerCapture(event.pointerId)) move(event);
      });
    }

    // Draw the counts; square roots, so that few events are seen beside many.
    draw(now, palette, ratio) {
      this.end = now.end || 1;
      const width = this.track.clientWidth;
      if (!width) return;
      this.canvas.width = width * ratio;
      this.canvas.height = HEIGHT_PX * ratio;
      const context = this.canvas.getContext("2d");
      context.scale(ratio, ratio);
      const counts = now.strip.counts;
      const cells = counts[0].length;
      const bars = Math.max(1, Math.min(Math.floor(width / 2), Math.ceil(this.end / now.strip.cell)));
      const sums = [0, 1, 2].map(() => new Float64Array(bars));
      for (let cell = 0; cell < cells; cell++) {
        const bar = Math.min(bars - 1, Math.floor(((cell + 0.5) * now.strip.cell * bars) / this.end));
        for (const row of [0, 1, 2]) sums[row][bar] += counts[row][cell];
      }
      let most = 1;
      for (let bar = 0; bar < bars; bar++) most = Math.max(most, sums[0][bar] + sums[1][bar] + sums[2][bar]);
      const room = HEIGHT_PX - 8;
      const colours = [palette.packet, palette.good, palette.bad];
      const wide = width / bars;
      for (let bar = 0; bar < bars; bar++) {
        const all = sums[0][bar] + sums[1][bar] + sums[2][bar];
        let top = HEIGHT_PX;
        for (const row of [0, 1, 2]) {
          const high = all ? (Math.sqrt(all / most) * room * sums[row][bar]) / all : 0;
          const tall = row === 2 && sums[2][bar] ? Math.max(high, 3) : high;
          context.globalAlpha = row === 2 ? 0.95 : 0.5;
          context.fillStyle = colours[row];
          context.fillRect(bar * wide, top - tall, Math.max(wide - (wide > 3 ? 0.5 : 0), 0.8), tall);
          top -= tall;
        }
      }
      this.finish.textContent = W.clock(this.end, this.end);
    }

    place(time) {
      const text = W.clock(time, this.end);
      this.cursor.style.left = (100 * Math.min(time / this.end, 1)).toFixed(3) + "%";
      this.track.setAttribute("aria-valuemin", "0");
      this.track.setAttribute("aria-valuemax", String(this.end));
      this.track.setAttribute("aria-valuenow", String(time));
      this.track.setAttribute("aria-valuetext", text);
      this.track.setAttribute("aria-label", W.say("time"));
      this.track.title = W.say("strip");
    }
  };
})((window.wayfareMap = window.wayfareMap || {}));

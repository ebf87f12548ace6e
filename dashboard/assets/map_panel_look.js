// How the panel looks: its size, theme and language, the words around the picture, and the picture saved.
(function (W) {
  "use strict";
  const WRITE_MS = 100;
  let serial = 0;

  Object.assign(W.Panel.prototype, {
    // Words around the picture, at most some ten times a second while it plays.
    write(tile, drawn) {
      const { world, player } = this;
      if (!this.now) return;
      this.strip.place(player.time);
      put(this.clock, W.clock(player.time, player.end));
      const now = performance.now();
      if (player.playing && now - (this.written || 0) < WRITE_MS) return;
      this.written = now;
      this.story.show(this.pin, world, player.time);
      if (this.pointer) this.hoverAt(...this.pointer); // what is there may be something else by now
      const late = !tile && world.tile === null;
      this.say(late ? "waiting" : "");
      let models = 0;
      for (const i of tile ? world.flying : []) if (tile.move_packet[i] >= 0) models += 1;
      const others = tile ? world.flying.length - models : 0;
      const words = [W.say(this.learns ? "moment" : "momentNetwork", { models: W.count(models), others: W.count(others) })];
      const mean = world.mean();
      if (mean === mean) words.push(W.say("meanHeld", { value: W.accuracy(mean) }));
      if (world.working.length) words.push(W.say("trainingNow", { count: W.count(world.working.length) }));
      put(this.moment, words.join(W.language() ? "，" : ", "));
      const notes = [];
      if (tile && tile.moves_of > tile.move_start.length) notes.push(W.say("sampled", { drawn: W.count(tile.move_start.length), all: W.count(tile.moves_of) }));
      if (drawn) notes.push(W.say("crowded", { drawn: W.count(drawn), all: W.count(world.flying.length) }));
      if (this.now.sampled) notes.push(this.now.sampled);
      this.note.hidden = !notes.length;
      put(this.note, notes.join(" · "));
      this.drawScale();
    },

    drawScale() {
      const shown = this.world.head.geographic && this.layout === "geographic";
      this.scale.hidden = !shown;
      if (!shown) return;
      const most = 140 / this.camera.scale;
      const power = 10 ** Math.floor(Math.log10(most));
      const length = [5, 2, 1].map((digit) => digit * power).find((each) => each <= most * 1.0001);
      put(this.scale.firstChild, W.si(length, "m"));
      this.scale.lastChild.style.width = length * this.camera.scale + "px";
    },

    save() {
      const canvas = W.element("canvas");
      [canvas.width, canvas.height] = [this.layers[0].canvas.width, this.layers[0].canvas.height];
      const context = canvas.getContext("2d");
      context.fillStyle = this.palette.surface;
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (const layer of this.layers) context.drawImage(layer.canvas, 0, 0);
      canvas.toBlob((blob) => {
        const link = W.element("a");
        link.href = URL.createObjectURL(blob);
        link.download = "wayfare-map-" + this.player.time.toFixed(3) + "s.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      });
    },

    insetPx() {
      return this.pin && this.camera.width > 700 ? 308 : 0;
    },

    resize() {
      const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
      if (!width || !height) return;
      this.ratio = Math.min(window.devicePixelRatio || 1, this.world && this.world.edges > 600 ? 1 : 2);
      for (const { canvas } of this.layers) {
        canvas.width = Math.round(width * this.ratio);
        canvas.height = Math.round(height * this.ratio);
      }
      for (const layer of this.layers) layer.key = "";
      this.camera.resize(width, height);
      if (this.world && !this.camera.free) this.camera.fit(this.world, this.insetPx());
      if (this.now) this.strip.draw(this.now, this.palette, this.ratio);
      // Canvases are empty now: draw before the browser shows that.
      if (this.world && this.opened) this.draw();
      this.dirty = true;
    },

    readTheme() {
      this.palette = new W.Palette();
      this.palette.serial = ++serial;
      if (this.now) this.strip.draw(this.now, this.palette, this.ratio || 1);
      this.dirty = true;
    },

    label() {
      this.title.textContent = W.say("network");
      this.badge.textContent = W.say("live");
      this.stage.setAttribute("aria-label", W.say("description"));
      this.controls.label();
      this.story.relabel();
      this.written = 0;
      if (this.world) this.legend.replaceChildren(...W.legend(this.world, this.palette, this.learns, this.options));
      this.dirty = true;
    },

    say(key, reason) {
      const text = key ? W.say(key) + (reason ? " " + reason : "") : "";
      if (this.message.textContent !== text) this.message.textContent = text;
      this.message.hidden = !text;
    },

    fail(error) {
      this.live = false;
      this.say("failed", String((error && error.message) || error));
      this.message.setAttribute("role", "alert");
    },
  });

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
})((window.wayfareMap = window.wayfareMap || {}));

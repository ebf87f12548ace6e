// The map as a whole: one panel of the page, from an element with the attribute data-wm-source.
(function (W) {
  "use strict";
  const TELL_MS = 100;
  const POLL_MS = 500;
  const MEASURES = 600;
  const TRAIL_WALL_S = 0.35;
  let serial = 0;

  W.Panel = class {
    constructor(root, source) {
      Object.assign(this, { root, source, options: { cells: false, trails: true, labels: true }, layout: "", pin: null, hover: null,
        following: false, journey: null, dirty: true, learns: true, largest: 1, told: 0, measured: { draw: [], interval: [] }, gone: false, wanted: null });
      this.player = new W.Player((number) => this.tileAt(number));
      this.camera = new W.Camera();
      this.strip = new W.Strip((time) => this.goTo(time));
      this.controls = new W.Controls(this);
      this.story = new W.Story(this);
      this.cache = new W.TileCache(source, () => this.arrived(), (error) => this.fail(error));
      this.build();
      this.open();
    }

    build() {
      const canvases = [0, 1, 2].map(() => W.element("canvas", "wm-canvas"));
      this.layers = [new W.LinkLayer(canvases[0]), new W.NodeLayer(canvases[1]), new W.MoveLayer(canvases[2])];
      this.title = W.element("h2");
      this.badge = W.element("span", "wm-live");
      this.badge.hidden = true;
      this.clock = W.element("output", "wm-clock");
      this.tip = W.element("div", "wm-tip");
      this.tip.hidden = true;
      this.message = W.element("div", "wm-message");
      this.message.setAttribute("role", "status");
      this.note = W.element("div", "wm-note");
      this.note.hidden = true;
      this.scale = W.element("div", "wm-scale", W.element("span"), W.element("i"));
      this.scale.hidden = true;
      this.stage = W.element("div", "wm-stage", ...canvases, this.scale, this.note, this.tip, this.message, this.story.node, this.controls.help);
      this.stage.tabIndex = 0;
      this.stage.setAttribute("role", "application");
      this.moment = W.element("p", "wm-moment");
      this.moment.setAttribute("aria-live", "polite");
      this.legend = W.element("div", "wm-legend");
      const head = W.element("div", "wm-head", this.title, this.badge, this.controls.tools, this.clock);
      this.root.classList.add("wm");
      this.root.replaceChildren(head, this.stage, this.controls.player, this.moment, this.legend);
      this.controls.listen(this.stage);
      this.readTheme();
      this.label();
      this.say("loading");
      this.watch();
    }

    watch() {
      this.sizes = new ResizeObserver(() => this.resize());
      this.sizes.observe(this.stage);
      this.looks = new MutationObserver(() => {
        this.readTheme();
        this.label();
      });
      this.looks.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme", "lang"] });
      this.onTime = (event) => this.hear(event.detail);
      this.onPick = (event) => this.hearPick(event.detail);
      window.addEventListener("wayfare:time", this.onTime);
      window.addEventListener("wayfare:pick", this.onPick);
    }

    async open() {
      try {
        // Nodes and links first: of a long run the server has to read everything before it can say more.
        const head = await this.source.head();
        if (this.gone) return;
        this.world = new W.World(head);
        if (!this.world.nodes) throw new Error(W.say("empty"));
        this.layout = this.drawnLayout = head.layouts[0];
        this.resize();
        this.label();
        this.draw();
        const now = await this.source.now();
        if (this.gone) return;
        this.take(now);
        this.player.time = now.end;
        this.resize();
        if (this.wanted) this.restore(this.wanted);
        else if (!head.geographic) await this.lay(this.layout);
        this.frame = requestAnimationFrame((stamp) => this.turn(stamp));
        this.poll();
      } catch (error) {
        this.fail(error);
      }
    }

    // Take in how far the run is.
    take(now) {
      const before = this.now;
      this.now = now;
      this.learns = now.learns;
      this.largest = now.largest || 1;
      if (before && (before.rows !== now.rows || before.end !== now.end)) this.cache.expire(before.tiles.length - 1);
      this.player.extend(now);
      this.live = now.status === "running" && this.source.live;
      this.badge.hidden = !this.live;
      this.strip.draw(now, this.palette, this.ratio || 1);
      this.dirty = true;
      if (!before || before.learns !== now.learns) this.label();
    }

    poll() {
      if (!this.live || this.gone) return;
      this.timer = setTimeout(async () => {
        try {
          const now = await this.source.now();
          if (this.gone) return;
          if (now.rows !== this.now.rows || now.end !== this.now.end || now.status !== this.now.status) this.take(now);
        } catch (error) {
          this.live = false;
          this.say("failed", String(error.message));
          return;
        }
        this.poll();
      }, POLL_MS);
    }

    tileAt(number) {
      const tile = this.cache.get(number);
      const asked = tile && !this.cache.stale.has(number) ? [number + 1] : [number, number + 1];
      this.cache.want(...asked.filter((each) => each < this.player.edges.length));
      return tile;
    }

    arrived() {
      this.player.resume();
      if (this.now && !this.shown) this.draw(); // the page has much else to draw, which would come first
      this.dirty = true;
    }

    turn(stamp) {
      if (this.gone) return;
      this.frame = requestAnimationFrame((next) => this.turn(next));
      const wall = this.last === undefined ? 0 : (stamp - this.last) / 1000;
      this.last = stamp;
      const before = this.player.time;
      const played = this.player.playing;
      this.player.advance(wall);
      if (played && !this.player.playing) this.controls.show();
      if (this.player.time !== before) this.dirty = true;
      if (!this.dirty || document.hidden) return;
      this.dirty = false;
      const started = performance.now();
      this.draw();
      if (played) {
        note(this.measured.draw, performance.now() - started);
        note(this.measured.interval, wall * 1000);
      }
      this.tell();
    }

    // Draw the moment. What is drawn follows from the tile, the time and how one looks at it.
    draw() {
      const { world, camera, player, palette, ratio, options } = this;
      const tile = this.now && this.tileAt(player.tileNumber());
      const trail = TRAIL_WALL_S * player.speed;
      if (tile) world.seek(tile, player.time, trail);
      this.chase();
      camera.project(world);
      const radii = W.radii(world.nodes, camera.scale / camera.fitted);
      this.radii = radii;
      if (this.pin) this.pin.node = this.nodeOfPin();
      const scene = { pin: this.pin, hover: this.hover, journey: this.pin && this.journey, radii, trail, largest: this.largest, crowd: Math.max(0.5, Math.min(1, radii[0] / 5)) };
      this.layers[0].draw(world, camera, palette, options, player.playing, ratio);
      this.layers[1].draw(world, camera, palette, options, radii, ratio);
      const drawn = this.layers[2].draw(world, camera, palette, options, scene, ratio);
      if (this.measuring) for (const { context } of this.layers) context.getImageData(0, 0, 1, 1); // paint now, not later
      this.write(tile, drawn);
      if (tile && !this.shown) {
        this.shown = true;
        performance.mark("wayfare-map-first");
      }
    }

    // Words around the picture, at most some ten times a second while it plays.
    write(tile, drawn) {
      const { world, player } = this;
      if (!this.now) return;
      this.strip.place(player.time);
      put(this.clock, W.clock(player.time, player.end));
      const now = performance.now();
      if (player.playing && now - (this.written || 0) < TELL_MS) return;
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
    }

    drawScale() {
      const shown = this.world.head.geographic && this.layout === "geographic";
      this.scale.hidden = !shown;
      if (!shown) return;
      const most = 140 / this.camera.scale;
      const power = 10 ** Math.floor(Math.log10(most));
      const length = [5, 2, 1].map((digit) => digit * power).find((each) => each <= most * 1.0001);
      put(this.scale.firstChild, W.si(length, "m"));
      this.scale.lastChild.style.width = length * this.camera.scale + "px";
    }

    tell() {
      const now = performance.now();
      if (this.player.time === this.toldTime) return;
      if (this.player.playing && now - this.told < TELL_MS) return;
      Object.assign(this, { told: now, toldTime: this.player.time });
      window.dispatchEvent(new CustomEvent("wayfare:time", { detail: { time_s: this.player.time, source: "map" } }));
    }

    hear(detail) {
      if (!detail || detail.source === "map" || !Number.isFinite(detail.time_s)) return;
      this.player.playing = false;
      this.player.seek(detail.time_s);
      this.toldTime = this.player.time;
      this.controls.show();
      this.dirty = true;
    }

    hearPick(detail) {
      if (!detail || detail.source === "map") return;
      this.setPin(detail.kind ? { kind: detail.kind, id: detail.id } : null);
    }

    // ---- what people do

    toggle() {
      this.player.toggle();
      this.last = undefined;
      this.dirty = true;
      this.controls.show();
    }
    stepTo(way) {
      this.player.step(way);
      this.controls.show();
      this.dirty = true;
    }
    jump(part) {
      this.goTo(this.player.time + part * this.player.end);
    }
    goTo(time) {
      this.player.seek(time);
      this.dirty = true;
    }
    setSpeed(speed) {
      if (speed > 0) Object.assign(this.player, { speed, chosen: true });
      this.controls.show();
      this.dirty = true;
    }
    faster(way) {
      this.player.faster(way);
      this.controls.show();
      this.dirty = true;
    }
    setLoop(loop) {
      this.player.loop = Boolean(loop);
      this.controls.show();
    }
    setOption(name, value) {
      if (name in this.options) this.options[name] = Boolean(value);
      this.label();
      this.dirty = true;
    }
    async setLayout(name) {
      if (!this.world || !this.world.head.layouts.includes(name)) return;
      this.layout = name;
      this.controls.show();
      try {
        await this.lay(name);
      } catch (error) {
        this.say("failed", String(error.message));
      }
    }
    async lay(name) {
      const places = name === "geographic" ? this.world.head : await this.source.places(name);
      if (this.layout !== name) return; // another was chosen meanwhile
      this.world.setPlaces(places, name === "geographic");
      this.drawnLayout = name;
      this.fit();
    }
    zoom(factor, x, y) {
      this.camera.zoom(factor, x, y);
      this.dirty = true;
    }
    pan(dx, dy) {
      this.setFollow(false);
      this.camera.pan(dx, dy);
      this.dirty = true;
    }
    fit() {
      if (this.world) this.camera.fit(this.world, this.insetPx());
      this.dirty = true;
    }
    letGo() {
      if (!this.controls.help.hidden) this.controls.help.hidden = true;
      else if (this.following) this.setFollow(false);
      else this.pinThing(null);
    }

    hoverAt(x, y) {
      if (!this.world || !this.radii) return;
      this.pointer = [x, y];
      const thing = x < 0 ? null : this.hitAt(x, y);
      const before = this.hover;
      this.hover = thing;
      this.stage.style.cursor = thing ? "pointer" : "";
      this.tip.hidden = !thing;
      if (thing) {
        this.tip.replaceChildren(...W.tipLines(this, thing).map((line, at) => W.element(at ? "div" : "b", null, line)));
        const left = x + 16 + this.tip.offsetWidth > this.camera.width;
        this.tip.style.transform = `translate(${Math.max(4, left ? x - 14 - this.tip.offsetWidth : x + 14)}px, ${Math.max(4, Math.min(y + 14, this.camera.height - this.tip.offsetHeight - 6))}px)`;
      }
      if (!same(before, thing)) this.dirty = true;
    }

    hitAt(x, y) {
      return this.camera.hit(this.world, x, y, (node) => this.radii[this.world.tier[node]]);
    }

    clickAt(x, y) {
      if (!this.world || !this.radii) return;
      this.stage.focus({ preventScroll: true });
      const thing = this.hitAt(x, y);
      this.hoverAt(-1, -1);
      this.pinThing(same(thing, this.pin) ? null : thing);
    }

    // Pin what somebody chose here, and say so to whoever listens.
    pinThing(thing) {
      this.setPin(thing);
      const shared = thing && thing.kind !== "transfer"; // transfers without a model are the map's own
      const detail = { kind: shared ? thing.kind : null, id: shared ? thing.id : null, source: "map" };
      window.dispatchEvent(new CustomEvent("wayfare:pick", { detail }));
    }

    setPin(thing) {
      const pin = thing && this.isThere(thing) ? { kind: thing.kind, id: thing.id, node: -1 } : null;
      if (same(pin, this.pin)) return;
      this.pin = pin;
      this.journey = null;
      if (!pin) this.following = false;
      this.story.relabel();
      if (this.world) this.story.show(pin, this.world, this.player.time);
      if (this.world && !this.camera.free) this.fit();
      if (pin && (pin.kind === "packet" || pin.kind === "transfer")) this.fetchJourney(pin);
      this.dirty = true;
    }

    isThere(thing) {
      if (!Number.isInteger(thing.id) || thing.id < 0) return false;
      if (thing.kind === "node") return !this.world || thing.id < this.world.nodes;
      if (thing.kind === "link") return !this.world || thing.id < 2 * this.world.edges;
      return thing.kind === "packet" || thing.kind === "transfer";
    }

    async fetchJourney(pin) {
      try {
        const journey = await this.source.journey(pin.kind === "packet" ? "packet" : "flow", pin.id);
        if (same(pin, this.pin)) this.journey = journey;
      } catch (error) {
        this.say("failed", String(error.message));
      }
      this.dirty = true;
    }

    setFollow(follow) {
      this.following = Boolean(follow && this.pin && this.pin.kind !== "link");
      this.dirty = true;
    }

    // Keep what is followed in the middle.
    chase() {
      if (!this.following || !this.pin) return;
      const place = this.placeOfPin();
      if (place) this.camera.centre(...place);
    }

    nodeOfPin() {
      if (this.pin.kind === "node") return this.pin.id;
      const journey = this.journey;
      if (!journey) return -1;
      const last = W.lastAtMost(journey.move_start, this.player.time);
      if (last >= 0) return journey.move_peer[last];
      const launch = [...journey.mark_kind].indexOf(10);
      return launch >= 0 ? journey.mark_node[launch] : -1;
    }

    placeOfPin() {
      const { world, pin } = this;
      const ids = world.tile && (pin.kind === "packet" ? world.tile.move_packet : world.tile.move_flow);
      const flying = pin.kind === "node" || !ids ? undefined : world.flying.find((i) => ids[i] === pin.id);
      if (flying === undefined) {
        const node = this.nodeOfPin();
        return node < 0 ? null : [world.x[node], world.y[node]];
      }
      const [a, b, part] = [world.tile.move_node[flying], world.tile.move_peer[flying], world.fraction(flying)];
      return [world.x[a] + (world.x[b] - world.x[a]) * part, world.y[a] + (world.y[b] - world.y[a]) * part];
    }

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
    }

    // ---- looks

    insetPx() {
      return this.pin && this.camera.width > 700 ? 308 : 0;
    }

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
      if (this.world && this.frame) this.draw();
      this.dirty = true;
    }

    readTheme() {
      this.palette = new W.Palette();
      this.palette.serial = ++serial;
      if (this.now) this.strip.draw(this.now, this.palette, this.ratio || 1);
      this.dirty = true;
    }

    label() {
      this.title.textContent = W.say("network");
      this.badge.textContent = W.say("live");
      this.stage.setAttribute("aria-label", W.say("description"));
      this.controls.label();
      this.story.relabel();
      this.written = 0;
      if (this.world) this.legend.replaceChildren(...W.legend(this.world, this.palette, this.learns, this.options));
      this.dirty = true;
    }

    say(key, reason) {
      const text = key ? W.say(key) + (reason ? " " + reason : "") : "";
      if (this.message.textContent !== text) this.message.textContent = text;
      this.message.hidden = !text;
    }

    fail(error) {
      this.live = false;
      this.say("failed", String((error && error.message) || error));
      this.message.setAttribute("role", "alert");
    }

    wake(after) {
      clearTimeout(this.waking);
      this.waking = setTimeout(() => { this.dirty = true; }, after);
    }

    // ---- what others may read and set

    state() {
      const { x, y, scale, free, fitted } = this.camera;
      return {
        time: this.player.time, playing: this.player.playing, speed: this.player.chosen ? this.player.speed : null, loop: this.player.loop,
        layout: this.layout, view: free ? { x, y, zoom: scale / fitted } : null,
        pin: this.pin ? { kind: this.pin.kind, id: this.pin.id } : null, follow: this.following, options: Object.assign({}, this.options),
      };
    }

    async restore(state) {
      if (!state || typeof state !== "object") return;
      if (!this.now) {
        this.wanted = Object.assign(this.wanted || {}, state);
        return;
      }
      this.wanted = null;
      if (state.options) for (const name of Object.keys(this.options)) if (name in state.options) this.options[name] = Boolean(state.options[name]);
      if (typeof state.loop === "boolean") this.player.loop = state.loop;
      if (W.SPEEDS.includes(state.speed)) Object.assign(this.player, { speed: state.speed, chosen: true });
      if (Number.isFinite(state.time)) this.player.seek(state.time);
      if (state.pin !== undefined) this.setPin(state.pin);
      if (typeof state.playing === "boolean") this.player.playing = state.playing;
      const layout = this.world.head.layouts.includes(state.layout) ? state.layout : this.layout;
      if (layout !== this.drawnLayout || layout !== "geographic") await this.setLayout(layout);
      if (state.view && [state.view.x, state.view.y, state.view.zoom].every(Number.isFinite) && state.view.zoom > 0) {
        Object.assign(this.camera, { x: state.view.x, y: state.view.y, scale: this.camera.fitted * state.view.zoom, free: true });
        this.camera.version += 1;
      } else if (state.view === null) this.fit();
      if (typeof state.follow === "boolean") this.setFollow(state.follow);
      this.label();
    }

    remove() {
      this.gone = true;
      cancelAnimationFrame(this.frame);
      clearTimeout(this.timer);
      clearTimeout(this.waking);
      this.sizes.disconnect();
      this.looks.disconnect();
      this.controls.forget();
      window.removeEventListener("wayfare:time", this.onTime);
      window.removeEventListener("wayfare:pick", this.onPick);
    }
  };

  // What is under the pointer, in a few lines.
  W.tipLines = (panel, thing) => {
    const { world } = panel;
    if (thing.kind === "node") {
      const tier = world.head.tiers[thing.id];
      const held = world.accuracy[thing.id];
      const lines = [world.names[thing.id], (W.knows(tier) ? W.say(tier) : tier) + (world.down[thing.id] ? ", " + W.say("down") : "")];
      if (panel.learns) lines.push(W.say("accuracy") + ": " + (held === held ? W.accuracy(held) : W.say("noneYet")));
      return lines;
    }
    if (thing.kind === "link") {
      const edge = thing.id >> 1;
      const lines = [W.say(world.head.radio[edge] ? "radio" : "wire") + (world.cut[edge] ? ", " + W.say("down") : "")];
      for (const way of [0, 1]) {
        const [from, to] = way ? [world.target[edge], world.source[edge]] : [world.source[edge], world.target[edge]];
        lines.push(world.names[from] + " → " + world.names[to] + ": " + W.percent(world.share[2 * edge + way]));
      }
      return lines;
    }
    const ids = thing.kind === "packet" ? world.tile.move_packet : world.tile.move_flow;
    const i = world.flying.find((each) => ids[each] === thing.id);
    const lines = [W.say(thing.kind) + " " + thing.id];
    if (i !== undefined) {
      lines.push(world.names[world.tile.move_node[i]] + " → " + world.names[world.tile.move_peer[i]]);
      lines.push(W.bytes(world.tile.move_bytes[i]) + ", " + W.percent(world.fraction(i)));
    }
    return lines;
  };

  const same = (a, b) => (!a && !b) || Boolean(a && b && a.kind === b.kind && a.id === b.id);

  function note(list, value) {
    list.push(value);
    if (list.length > MEASURES) list.shift();
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
})((window.wayfareMap = window.wayfareMap || {}));

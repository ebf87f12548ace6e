// The map as a whole: one panel of the page, from an element with the attribute data-wm-source.
(function (W) {
  "use strict";
  const TELL_MS = 100;
  const POLL_MS = 500;
  const MEASURES = 600;
  const TRAIL_WALL_S = 0.35;

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
      this.stage = W.element("div", "wm-stage", ...canvases, this.scale, this.note, this.tip, this.message, this.controls.help);
      this.stage.tabIndex = 0;
      this.stage.setAttribute("role", "application");
      this.moment = W.element("p", "wm-moment");
      this.moment.setAttribute("aria-live", "polite");
      this.legend = W.element("div", "wm-legend");
      const head = W.element("div", "wm-head", this.title, this.badge, this.controls.tools, this.clock);
      this.root.classList.add("wm", "wf-panel");
      const view = W.element("div", "wm-view", this.stage, this.story.node);
      this.root.replaceChildren(head, view, this.controls.player, this.moment, this.legend);
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
        this.opened = true;
        this.dirty = true;
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
          const now = document.hidden ? this.now : await this.source.now();
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

    // A page that stays open costs nothing while nothing changes: a frame comes when something has, or while it plays.
    set dirty(changed) {
      this.changed = changed;
      if (changed) this.schedule();
    }

    get dirty() {
      return this.changed;
    }

    schedule() {
      if (this.opened && !this.gone && !this.frame) this.frame = requestAnimationFrame((stamp) => this.turn(stamp));
    }

    turn(stamp) {
      this.frame = 0;
      if (this.gone) return;
      const wall = this.last === undefined ? 0 : (stamp - this.last) / 1000;
      this.last = stamp;
      const before = this.player.time;
      const played = this.player.playing;
      this.player.advance(wall);
      if (played && !this.player.playing) this.controls.show();
      if (this.player.time !== before) this.dirty = true;
      if (this.player.playing) this.schedule();
      else this.last = undefined;
      if (!this.dirty) return;
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
      this.label();
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

    wake(after) {
      clearTimeout(this.waking);
      this.waking = setTimeout(() => { this.dirty = true; }, after);
    }

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
      this.dirty = true;
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

  function note(list, value) {
    list.push(value);
    if (list.length > MEASURES) list.shift();
  }
})((window.wayfareMap = window.wayfareMap || {}));

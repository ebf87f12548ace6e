// What the panel does about what is under the pointer, pinned or followed.
(function (W) {
  "use strict";
  const same = (a, b) => (!a && !b) || Boolean(a && b && a.kind === b.kind && a.id === b.id);

  Object.assign(W.Panel.prototype, {
    hearPick(detail) {
      if (!detail || detail.source === "map") return;
      this.setPin(detail.kind ? { kind: detail.kind, id: detail.id } : null);
    },

    letGo() {
      if (!this.controls.help.hidden) this.controls.help.hidden = true;
      else if (this.following) this.setFollow(false);
      else this.pinThing(null);
    },

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
    },

    hitAt(x, y) {
      return this.camera.hit(this.world, x, y, (node) => this.radii[this.world.tier[node]]);
    },

    clickAt(x, y) {
      if (!this.world || !this.radii) return;
      this.stage.focus({ preventScroll: true });
      const thing = this.hitAt(x, y);
      this.hoverAt(-1, -1);
      this.pinThing(same(thing, this.pin) ? null : thing);
    },

    // Pin what somebody chose here, and say so to whoever listens.
    pinThing(thing) {
      this.setPin(thing);
      const shared = thing && thing.kind !== "transfer"; // transfers without a model are the map's own
      const detail = { kind: shared ? thing.kind : null, id: shared ? thing.id : null, source: "map" };
      window.dispatchEvent(new CustomEvent("wayfare:pick", { detail }));
    },

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
    },

    isThere(thing) {
      if (!Number.isInteger(thing.id) || thing.id < 0) return false;
      if (thing.kind === "node") return !this.world || thing.id < this.world.nodes;
      if (thing.kind === "link") return !this.world || thing.id < 2 * this.world.edges;
      return thing.kind === "packet" || thing.kind === "transfer";
    },

    async fetchJourney(pin) {
      try {
        const journey = await this.source.journey(pin.kind === "packet" ? "packet" : "flow", pin.id);
        if (same(pin, this.pin)) this.journey = journey;
      } catch (error) {
        this.say("failed", String(error.message));
      }
      this.dirty = true;
    },

    setFollow(follow) {
      this.following = Boolean(follow && this.pin && this.pin.kind !== "link");
      this.dirty = true;
    },

    // Keep what is followed in the middle.
    chase() {
      if (!this.following || !this.pin) return;
      const place = this.placeOfPin();
      if (place) this.camera.centre(...place);
    },

    nodeOfPin() {
      if (this.pin.kind === "node") return this.pin.id;
      const journey = this.journey;
      if (!journey) return -1;
      const last = W.lastAtMost(journey.move_start, this.player.time);
      if (last >= 0) return journey.move_peer[last];
      const launch = [...journey.mark_kind].indexOf(10);
      return launch >= 0 ? journey.mark_node[launch] : -1;
    },

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
    },
  });

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
})((window.wayfareMap = window.wayfareMap || {}));

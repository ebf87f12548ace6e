// The story of what is pinned: its facts at the moment, and its last events. Text only: names are never markup.
(function (W) {
  "use strict";
  const ASK_AGAIN_MS = 250;

  W.Story = class {
    constructor(panel) {
      this.panel = panel;
      this.node = W.element("aside", "wm-story");
      this.node.hidden = true;
      this.asked = 0;
      this.askedFor = "";
      this.events = [];
      this.radio = null;
    }

    // Bring facts up to date in every frame that is drawn, and events when time has moved and nobody is asking.
    show(pin, world, time) {
      this.node.hidden = !pin;
      if (!pin) return;
      const key = pin.kind + pin.id;
      if (key !== this.key) {
        Object.assign(this, { key, events: [], radio: null, askedFor: "" });
        this.build(pin, world);
      }
      const facts = this.factsOf(pin, world, time);
      const wanted = facts.length;
      while (this.facts.children.length > wanted * 2) this.facts.lastChild.remove();
      facts.forEach(([name, value], at) => {
        if (!this.facts.children[2 * at]) this.facts.append(W.element("dt"), W.element("dd"));
        put(this.facts.children[2 * at], name);
        for (const part of [0, 1]) this.facts.children[2 * at + part].classList.toggle("wm-way", name.startsWith("→"));
        put(this.facts.children[2 * at + 1], value);
      });
      this.ask(pin, world, time);
    }

    build(pin, world) {
      this.title = W.element("h3", null, this.nameOf(pin, world));
      const close = W.element("button", "wm-button", "×");
      close.type = "button";
      close.setAttribute("aria-label", W.say("close"));
      close.addEventListener("click", () => this.panel.pinThing(null));
      const head = W.element("header", null, W.element("span", "wm-kind", W.say(pin.kind === "transfer" ? "transfer" : pin.kind)), this.title, close);
      this.followButton = null;
      if (pin.kind !== "link") {
        this.followButton = W.element("button", "wm-button wm-follow", W.say("follow"));
        this.followButton.type = "button";
        this.followButton.addEventListener("click", () => this.panel.setFollow(!this.panel.following));
      }
      this.facts = W.element("dl");
      this.list = W.element("ol", null, W.element("li", "wm-quiet", "…"));
      const moves = pin.kind === "packet" || pin.kind === "transfer";
      this.node.replaceChildren(head, ...(this.followButton ? [this.followButton] : []), this.facts,
        W.element("h4", null, W.say(moves ? "journey" : "lastEvents")), this.list);
      this.node.setAttribute("aria-label", this.nameOf(pin, world));
    }

    relabel() {
      this.key = "";
    }

    nameOf(pin, world) {
      if (pin.kind === "node") return world.names[pin.id];
      if (pin.kind !== "link") return String(pin.id);
      const edge = pin.id >> 1;
      const ends = [world.names[world.source[edge]], world.names[world.target[edge]]];
      return pin.id & 1 ? ends[1] + " → " + ends[0] : ends.join(" → ");
    }

    factsOf(pin, world, time) {
      if (this.followButton) {
        put(this.followButton, W.say(this.panel.following ? "following" : "follow"));
        this.followButton.setAttribute("aria-pressed", String(Boolean(this.panel.following)));
      }
      if (pin.kind === "node") return this.nodeFacts(pin.id, world);
      if (pin.kind === "link") {
        put(this.title, this.nameOf(pin, world));
        return this.linkFacts(pin.id, world);
      }
      return this.packetFacts(pin, world, time);
    }

    nodeFacts(id, world) {
      let links = 0;
      for (let edge = 0; edge < world.edges; edge++) if (world.source[edge] === id || world.target[edge] === id) links += 1;
      const tile = world.tile;
      const passing = tile ? world.flying.filter((i) => tile.move_node[i] === id || tile.move_peer[i] === id).length : 0;
      const jobs = world.working.filter((node) => node === id).length;
      const facts = [
        ["tier", W.knows(world.head.tiers[id]) ? W.say(world.head.tiers[id]) : world.head.tiers[id]],
        ["state", W.say(world.down[id] ? "down" : "up")],
        ["accuracy", W.accuracy(world.accuracy[id])],
        ["jobs", String(jobs)],
        ["links", String(links)],
        ["inFlight", String(passing)],
      ];
      if (world.head.geographic && world.moves) facts.push(["place", W.si(world.x[id], "m") + ", " + W.si(world.y[id], "m")]);
      return facts.map(([name, value]) => [W.say(name), value]);
    }

    linkFacts(id, world) {
      const edge = id >> 1;
      const rates = [world.head.rate_forward[edge], world.head.rate_backward[edge]];
      const bin = world.tile ? world.tile.bin : 1;
      const facts = [
        [W.say("medium"), W.say(world.head.radio[edge] ? "radio" : "wire")],
        [W.say("class"), world.head.classes[world.head.class[edge]]],
        [W.say("state"), W.say(world.cut[edge] ? "down" : "up")],
      ];
      for (const way of [id & 1, 1 - (id & 1)]) {
        const link = 2 * edge + way;
        const to = way ? world.source[edge] : world.target[edge];
        facts.push(["→ " + world.names[to], W.percent(world.share[link]) + " · " + W.si((world.carried[link] * 8) / bin, "bit/s")]);
        facts.push([W.say("rate"), this.rateOf(way, id, rates[way])]);
        facts.push([W.say("queue"), world.queue[link].toFixed(1)]);
      }
      return facts;
    }

    // What the radio was last said to have, or else what the topology says.
    rateOf(way, id, rate) {
      const radio = this.radio && this.radio[way === (id & 1) ? 0 : 1];
      if (!radio) return W.si(rate, "bit/s");
      return W.si(radio.rate_bps, "bit/s") + " · " + radio.sinr_db.toFixed(1) + " dB";
    }

    packetFacts(pin, world, time) {
      const journey = this.panel.journey;
      if (!journey) return [[W.say("where"), "…"]];
      const last = W.lastAtMost(journey.move_start, time);
      let bytes = 0;
      for (let i = 0; i <= last; i++) bytes += journey.move_bytes[i];
      const size = last >= 0 ? journey.move_bytes[last] : journey.launched_bytes;
      const facts = [[W.say("where"), this.whereIs(journey, last, world, time)], [W.say("size"), W.bytes(size)]];
      if (pin.kind === "packet" && journey.launched_bytes > 0 && size > 0) {
        facts.push(["", W.say("ofLaunch", { share: W.percent(size / journey.launched_bytes) })]);
      }
      const measured = W.lastAtMost(journey.value_time, time);
      if (journey.value_time.length) facts.push([W.say("accuracy"), measured >= 0 ? W.accuracy(journey.value[measured]) : "–"]);
      facts.push([W.say("hops"), String(last + 1)], [W.say("bytesSoFar"), W.bytes(bytes)]);
      return facts;
    }

    whereIs(journey, last, world, time) {
      for (let i = 0; i < journey.mark_time.length; i++) {
        const retired = journey.mark_kind[i] === 11 && journey.mark_time[i] <= time;
        if (retired) return W.say("retired", { node: world.names[journey.mark_node[i]] });
      }
      if (last < 0) {
        const launch = [...journey.mark_kind].indexOf(10);
        const launched = launch >= 0 && journey.mark_time[launch] <= time;
        return launched ? W.say("at", { node: world.names[journey.mark_node[launch]] }) : W.say("notYet");
      }
      const [from, to] = [world.names[journey.move_node[last]], world.names[journey.move_peer[last]]];
      const end = journey.move_end[last];
      if (end <= time) return W.say("at", { node: to });
      const share = W.percent((time - journey.move_start[last]) / (end - journey.move_start[last]));
      return W.say("between", { from, to, share: Number.isFinite(end) ? share : "?" });
    }

    async ask(pin, world, time) {
      if (pin.kind === "packet" || pin.kind === "transfer") {
        this.listJourney(world, time);
        return;
      }
      const key = pin.kind + pin.id + "@" + time;
      const soon = performance.now() - this.asked < ASK_AGAIN_MS;
      if (key === this.askedFor || this.asking || soon) {
        if (key !== this.askedFor) this.panel.wake(ASK_AGAIN_MS);
        return;
      }
      Object.assign(this, { askedFor: key, asked: performance.now(), asking: true });
      try {
        const query = { kind: pin.kind, id: pin.id, at: time };
        const edge = pin.id >> 1;
        if (pin.kind === "link") Object.assign(query, { node: world.source[edge], peer: world.target[edge] });
        const story = await this.panel.source.story(query);
        if (this.key === pin.kind + pin.id) {
          this.radio = story.radio || null;
          this.list.replaceChildren(...this.lines(story.events, story.scalings || [], world));
          this.panel.dirty = true;
        }
      } catch (error) {
        this.list.replaceChildren(W.element("li", null, String(error.message)));
      } finally {
        this.asking = false;
      }
    }

    lines(events, scalings, world) {
      if (!events.length) return [W.element("li", "wm-quiet", W.say("noEvents"))];
      return events.map((row) => {
        const [time, kind, node, peer, , packet, size, value] = row;
        const scaling = kind === 9 && W.scalingAt(scalings, time, packet);
        if (scaling) {
          const whose = packet >= 0 ? W.say("packet") + " " + packet + " · " : "";
          return this.line(time, W.scalingWords(scaling, (id) => this.named(id, world)), whose + W.scalingNotes(scaling));
        }
        const values = { node: this.named(node, world), peer: this.named(peer, world), kind, reason: W.say("r" + value) };
        values.value = value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));
        const words = W.say(W.knows("k" + kind) ? "k" + kind : "kOther", values);
        const notes = [packet >= 0 ? W.say("packet") + " " + packet : "", size > 0 ? W.bytes(size) : ""].filter(Boolean).join(" · ");
        return this.line(time, words, notes);
      });
    }

    listJourney(world, time) {
      const journey = this.panel.journey;
      if (!journey) return;
      const last = W.lastAtMost(journey.move_start, time);
      const scaled = W.scalingsUpTo(journey.scalings, time);
      const key = [this.key, last, last >= 0 && journey.move_end[last] <= time, journey.move_start.length, scaled.length].join(":");
      if (key === this.askedFor) return;
      this.askedFor = key;
      const lines = [];
      for (let i = last; i >= Math.max(0, last - 39); i--) {
        const words = this.named(journey.move_node[i], world) + " → " + this.named(journey.move_peer[i], world);
        const took = journey.move_end[i] <= time ? W.si(journey.move_end[i] - journey.move_start[i], "s") : "…";
        lines.push([journey.move_start[i], words, W.bytes(journey.move_bytes[i]) + " · " + took]);
      }
      for (const row of scaled.slice(-40).reverse()) {
        lines.push([row[0], W.scalingWords(row, (id) => this.named(id, world)), W.scalingNotes(row)]);
      }
      lines.sort((a, b) => b[0] - a[0]); // a hop stays before what was scaled for it
      const drawn = lines.slice(0, 40).map((line) => this.line(...line));
      this.list.replaceChildren(...(drawn.length ? drawn : [W.element("li", "wm-quiet", W.say("noEvents"))]));
    }

    // A line with the time as a button that leads there.
    line(time, words, notes) {
      const go = W.element("button", "wm-time", W.clock(time, this.panel.player.end));
      go.type = "button";
      go.addEventListener("click", () => this.panel.goTo(time));
      return W.element("li", null, go, W.element("span", null, words, notes ? W.element("small", null, notes) : null));
    }

    named(node, world) {
      return node >= 0 && node < world.nodes ? world.names[node] : "–";
    }
  };

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
})((window.wayfareMap = window.wayfareMap || {}));

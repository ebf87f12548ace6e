// The controls of the map: player, tools on the picture, keyboard, pointer. They call the panel and hold no state.
(function (W) {
  "use strict";
  const ICONS = {
    play: "M7 4.5v15l12.5-7.5z",
    pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
    previous: "M18 5v14l-9-7zM6 5h2.2v14H6z",
    next: "M6 5v14l9-7zM15.8 5H18v14h-2.2z",
    loop: "M7 7h9v3l5-4.5L16 1v3H4v8h3zM17 17H8v-3l-5 4.5L8 23v-3h12v-8h-3z",
    zoomIn: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
    zoomOut: "M5 11h14v2H5z",
    fit: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
    save: "M11 3h2v9l3.5-3.5L18 10l-6 6-6-6 1.5-1.5L11 12zM4 18h16v2H4z",
  };

  W.button = (name, act) => {
    const made = W.element("button", "wm-button", W.icon(ICONS[name]));
    made.type = "button";
    made.dataset.name = name;
    made.addEventListener("click", act);
    return made;
  };
  W.setIcon = (button, name) => {
    if (button.dataset.icon === name) return;
    button.dataset.icon = name;
    button.replaceChildren(W.icon(ICONS[name]));
  };

  W.Controls = class {
    constructor(panel) {
      this.panel = panel;
      this.buttons = {
        previous: W.button("previous", () => panel.stepTo(-1)),
        play: W.button("play", () => panel.toggle()),
        next: W.button("next", () => panel.stepTo(1)),
        loop: W.button("loop", () => panel.setLoop(!panel.player.loop)),
        zoomIn: W.button("zoomIn", () => panel.zoom(1.4)),
        zoomOut: W.button("zoomOut", () => panel.zoom(1 / 1.4)),
        fit: W.button("fit", () => panel.fit()),
        save: W.button("save", () => panel.save()),
      };
      this.speed = W.element("select", "wf-select");
      for (const speed of W.SPEEDS) this.speed.append(new Option(speed + " ×", String(speed)));
      this.speed.addEventListener("change", () => panel.setSpeed(Number(this.speed.value)));
      this.layout = W.element("select", "wf-select");
      this.layout.addEventListener("change", () => panel.setLayout(this.layout.value));
      this.boxes = {};
      for (const name of ["cells", "trails", "labels"]) {
        const box = W.element("input");
        box.type = "checkbox";
        box.addEventListener("change", () => panel.setOption(name, box.checked));
        this.boxes[name] = { box, text: W.element("span") };
      }
      const { previous, play, next, loop, zoomIn, zoomOut, fit, save } = this.buttons;
      this.player = W.element("div", "wm-player", W.element("div", "wm-buttons", previous, play, next), panel.strip.node,
        W.element("div", "wm-buttons", this.speed, loop));
      const ticks = Object.values(this.boxes).map(({ box, text }) => W.element("label", "wm-tick", box, text));
      this.help = W.element("p", "wm-help");
      this.help.hidden = true;
      this.keys = W.element("button", "wm-button wm-keys", "?");
      this.keys.type = "button";
      this.keys.addEventListener("click", () => { this.help.hidden = !this.help.hidden; });
      this.tools = W.element("div", "wm-tools", this.layout, ...ticks, W.element("span", "wm-buttons", zoomIn, zoomOut, fit, save, this.keys));
      this.tools.setAttribute("role", "toolbar");
    }

    // Write everything in the page's language.
    label() {
      for (const [name, button] of Object.entries(this.buttons)) {
        button.title = W.say(name);
        button.setAttribute("aria-label", W.say(name));
      }
      for (const [name, { text }] of Object.entries(this.boxes)) text.textContent = W.say(name);
      this.keys.title = W.say("keys");
      this.keys.setAttribute("aria-label", W.say("keys"));
      this.help.textContent = W.say("keysText");
      this.speed.setAttribute("aria-label", W.say("speed"));
      this.speed.title = W.say("speed");
      this.layout.setAttribute("aria-label", W.say("layout"));
      this.layout.title = W.say("layout");
      this.tools.setAttribute("aria-label", W.say("options"));
      const world = this.panel.world;
      const layouts = world ? world.head.layouts : [];
      this.layout.replaceChildren(...layouts.map((name) => new Option(W.say(name), name)));
      this.show();
    }

    show() {
      const { player, options, layout } = this.panel;
      W.setIcon(this.buttons.play, player.playing ? "pause" : "play");
      this.buttons.play.title = W.say(player.playing ? "pause" : "play");
      this.buttons.play.setAttribute("aria-label", this.buttons.play.title);
      this.buttons.loop.setAttribute("aria-pressed", String(player.loop));
      this.speed.value = String(player.speed);
      this.layout.value = layout;
      for (const [name, { box }] of Object.entries(this.boxes)) box.checked = options[name];
      const world = this.panel.world;
      this.boxes.cells.box.parentElement.hidden = !(world && world.moves && world.hasCells());
    }

    listen(stage) {
      this.onKey = (event) => this.key(event);
      window.addEventListener("keydown", this.onKey);
      let drag = null;
      stage.addEventListener("pointerdown", (event) => {
        if (event.button || event.target.closest(".wm-message")) return;
        drag = { x: event.clientX, y: event.clientY, moved: false };
        stage.setPointerCapture(event.pointerId);
      });
      stage.addEventListener("pointermove", (event) => {
        if (!drag) {
          const over = event.target.closest(".wm-help");
          this.panel.hoverAt(...(over ? [-1, -1] : this.placeOf(stage, event)));
          return;
        }
        const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
        if (!drag.moved && Math.hypot(dx, dy) < 4) return;
        drag = { x: event.clientX, y: event.clientY, moved: true };
        this.panel.pan(dx, dy);
      });
      stage.addEventListener("pointerup", (event) => {
        if (drag && !drag.moved) this.panel.clickAt(...this.placeOf(stage, event));
        drag = null;
      });
      stage.addEventListener("pointercancel", () => { drag = null; });
      stage.addEventListener("pointerleave", () => this.panel.hoverAt(-1, -1));
      stage.addEventListener("wheel", (event) => {
        event.preventDefault();
        this.panel.zoom(Math.exp(-Math.max(-80, Math.min(event.deltaY, 80)) / 300), ...this.placeOf(stage, event));
      }, { passive: false });
      stage.addEventListener("dblclick", (event) => {
        this.panel.zoom(2, ...this.placeOf(stage, event));
      });
    }

    forget() {
      window.removeEventListener("keydown", this.onKey);
    }

    placeOf(stage, event) {
      const box = stage.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    // Keys work wherever the focus is, but where somebody writes, chooses or is in another control.
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const focus = event.target instanceof Element ? event.target : document.body;
      const ours = this.panel.root.contains(focus);
      if (focus.closest("input:not([type=checkbox]), select, textarea, [contenteditable=true], [role=dialog]")) return;
      if (!ours && focus !== document.body && focus.closest("a, button, [role], .ag-root, summary")) return;
      if (event.key === " " && focus.closest("button, input, a")) return;
      const panel = this.panel;
      const acts = {
        " ": () => panel.toggle(),
        ArrowLeft: () => (event.shiftKey ? panel.jump(-0.01) : panel.stepTo(-1)),
        ArrowRight: () => (event.shiftKey ? panel.jump(0.01) : panel.stepTo(1)),
        Home: () => panel.goTo(0),
        End: () => panel.goTo(panel.player.end),
        "+": () => panel.zoom(1.4),
        "=": () => panel.zoom(1.4),
        "-": () => panel.zoom(1 / 1.4),
        "0": () => panel.fit(),
        "<": () => panel.faster(-1),
        ">": () => panel.faster(1),
        l: () => panel.setLoop(!panel.player.loop),
        c: () => panel.setOption("cells", !panel.options.cells),
        f: () => panel.setFollow(!panel.following),
        "?": () => { this.help.hidden = !this.help.hidden; },
        Escape: () => panel.letGo(),
      };
      const act = acts[event.key] || acts[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    }
  };
})((window.wayfareMap = window.wayfareMap || {}));

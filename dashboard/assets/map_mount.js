// Puts the map where the page has a place for it, and takes it away with the place.
(function (W) {
  "use strict";
  let panel = null;
  let waiting = null;
  let key = null;

  const api = {
    state: () => (panel ? panel.state() : null),
    restore: (state) => {
      if (panel) return panel.restore(state);
      waiting = Object.assign(waiting || {}, state);
      return undefined;
    },
    ready: () => Boolean(panel && panel.world && panel.world.tile),
    play: () => panel && !panel.player.playing && panel.toggle(),
    pause: () => panel && panel.player.playing && panel.toggle(),
    // Have drawing a frame take all it takes: a browser puts the painting of pixels off until it is measured otherwise.
    measure: (on) => { if (panel) Object.assign(panel, { measuring: Boolean(on), measured: { draw: [], interval: [] } }); },
    // Of the last frames while playing: what drawing each took, and how long after the one before it came [ms].
    frames: () => (panel ? { draw: panel.measured.draw.slice(), interval: panel.measured.interval.slice() } : null),
    panel: () => panel,
  };
  window.wayfare = Object.assign(window.wayfare || {}, { map: api });

  const keyOf = (root) => (root.dataset.wmInside === undefined ? root.dataset.wmSource : "inside " + root.dataset.wmInside);

  let early = null;

  function sourceOf(root) {
    if (root.dataset.wmInside !== undefined) return new W.InsideSource(root.dataset.wmInside);
    const source = early && early.address === root.dataset.wmSource ? early : new W.RemoteSource(root.dataset.wmSource);
    early = null;
    return source;
  }

  W.mount = (root) => {
    performance.mark("wayfare-map-mounted");
    key = keyOf(root);
    panel = new W.Panel(root, sourceOf(root));
    if (waiting) panel.restore(waiting);
    waiting = null;
  };

  function look() {
    const root = document.querySelector("[data-wm-source], [data-wm-inside]");
    if (panel && (root !== panel.root || keyOf(root) !== key)) {
      panel.remove();
      panel = null;
    }
    if (root && !panel) W.mount(root);
  }

  function begin() {
    look();
    // A run's page begins to read it before it is built: the first answers take less time than that.
    if (!panel && window.location.pathname.startsWith("/run/")) {
      early = new W.RemoteSource("/tiles/" + window.location.pathname.slice(5) + "/");
      early.begin(parseFloat(new URLSearchParams(window.location.search).get("t")));
    }
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-wm-source", "data-wm-inside"] });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else window.setTimeout(begin, 0);
})((window.wayfareMap = window.wayfareMap || {}));

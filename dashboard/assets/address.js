// The address of what is seen: page, time, what is picked, choices, filters, language and the map's state.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});
  var clientside = (window.dash_clientside = window.dash_clientside || {});
  var functions = (clientside.wayfare = clientside.wayfare || {});
  var KINDS = ["node", "link", "packet"];
  var shown = null;
  var waiting = null;
  var pending = {};
  var usual = null; // how the map looks before anybody has touched it

  function asked() {
    return new URLSearchParams(window.location.search);
  }

  function write(values, push) {
    var query = asked();
    Object.keys(values).forEach(function (key) {
      if (values[key] === null || values[key] === undefined || values[key] === "") {
        query.delete(key);
      } else {
        query.set(key, values[key]);
      }
    });
    var text = query.toString();
    var href = window.location.pathname + (text ? "?" + text : "");
    if (href !== window.location.pathname + window.location.search) {
      window.history[push ? "pushState" : "replaceState"](push ? {} : window.history.state, "", href);
    }
  }

  // Browsers limit how often an address may change; what changes with every frame is written a little later.
  function writeSoon(values) {
    Object.assign(pending, values);
    if (waiting === null) {
      waiting = window.setTimeout(flush, 350);
    }
  }

  function flush() {
    window.clearTimeout(waiting);
    waiting = null;
    var values = pending;
    pending = {};
    write(values, false);
  }

  // dcc.Location listens to this event, as it does for dcc.Link.
  function go(href) {
    flush();
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function tell(name, detail) {
    window.dispatchEvent(new CustomEvent("wayfare:" + name, { detail: detail }));
  }

  function onRun() {
    return window.location.pathname.startsWith("/run/");
  }

  // What the address says comes true on the page: after loading, and after going back or forward to another moment of it.
  function restore() {
    if (!onRun()) {
      return;
    }
    var query = asked();
    var time = query.has("t") ? Number(query.get("t")) : NaN;
    var kind = KINDS.find(function (one) {
      return /^\d+$/.test(query.get(one) || "");
    });
    var id = kind ? Number(query.get(kind)) : null;
    wayfare.charts.show(Number.isFinite(time) ? time : null, kind ? kind + ":" + id : "");
    if (wayfare.map && wayfare.map.restore) {
      var state = mapAsked(query.get("map"));
      state.time = Number.isFinite(time) ? time : undefined;
      state.pin = kind ? { kind: kind, id: id } : null;
      wayfare.map.restore(state);
    }
  }

  function mapAsked(text) {
    try {
      var state = JSON.parse(text || "{}");
      return state && typeof state === "object" ? state : {};
    } catch (error) {
      return {}; // an address that somebody cut off still opens its page
    }
  }

  // The map's own state, without what has a key of its own in the address.
  function mapState() {
    var map = wayfare.map;
    var state = map && map.state ? map.state() : null;
    if (!state) {
      return null;
    }
    ["time", "pin", "playing"].forEach(function (name) { delete state[name]; });
    return JSON.stringify(state);
  }

  function keepMap() {
    if (onRun() && usual !== null) {
      var state = mapState();
      writeSoon({ map: state === usual ? null : state });
    }
  }
  ["pointerup", "wheel", "keyup", "change"].forEach(function (kind) {
    window.addEventListener(
      kind,
      function (event) {
        if (event.target.closest && event.target.closest("#map")) {
          window.setTimeout(keepMap, 300);
        }
      },
      { capture: true, passive: true }
    );
  });

  window.addEventListener("wayfare:time", function (event) {
    if (onRun() && event.detail.source !== "address") {
      var time = event.detail.time_s;
      if (usual === null) {
        usual = asked().has("map") ? "" : mapState();
      }
      // At the end it carries no time, so that a live run's address follows the run.
      writeSoon({ t: time >= wayfare.end() ? null : Number(time.toPrecision(9)) });
    }
  });

  window.addEventListener("wayfare:pick", function (event) {
    if (onRun() && event.detail.source !== "address") {
      var values = { node: null, link: null, packet: null };
      if (event.detail.kind) {
        values[event.detail.kind] = event.detail.id;
      }
      flush();
      write(values, true);
    }
  });

  // dcc.Location does not hear of what is written here, so it may take going back for standing still.
  window.addEventListener("popstate", function () {
    window.setTimeout(function () {
      if (shown !== null && shown.split("\n")[0] === window.location.pathname) {
        restore();
      }
    }, 0);
  });

  wayfare.address = { asked: asked, write: write, writeSoon: writeSoon, go: go, restore: restore };

  functions.address = function (path, search, lang) {
    var query = asked();
    var language = lang || document.documentElement.lang || "en";
    var named = (path || "/").startsWith("/run/") ? "" : [query.get("runs"), query.get("run")].join("\n");
    var key = [path, language, named].join("\n");
    var no = window.dash_clientside.no_update;
    if (key === shown) {
      return [no, no];
    }
    var same = shown !== null && shown.split("\n")[1] === language;
    shown = key;
    usual = null;
    return [{ path: path, search: window.location.search, lang: language }, same ? no : language];
  };
})();

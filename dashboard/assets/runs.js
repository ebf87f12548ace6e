// The table of runs: its cells, opening a run, searching, columns, and picking runs to compare.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});
  var clientside = (window.dash_clientside = window.dash_clientside || {});
  var functions = (clientside.wayfare = clientside.wayfare || {});
  var make = function () {
    return window.React.createElement.apply(null, arguments);
  };

  function plain(event) {
    return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  function picks(event) {
    return event.target.closest && event.target.closest("[col-id='ag-Grid-SelectionColumn']");
  }

  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  // React escapes all text: names from run folders are never markup.
  cells.RunLink = function (props) {
    var row = props.data;
    var bad = row.state === "damaged" || row.state === "failed";
    return make(
      "div",
      { className: "wf-run" },
      make("a", { href: row.href, tabIndex: -1, onClick: function (event) { event.preventDefault(); } }, props.value),
      make("span", { className: bad ? "wf-run-note wf-bad" : "wf-run-note" }, row.note)
    );
  };

  cells.RunStatus = function (props) {
    var row = props.data;
    var running = row.state === "running" && row.progress !== null;
    var share = running ? Math.round(row.progress * 100) + "%" : null;
    var unmet = row.unmet ? { className: "wf-unmet", title: row.unmet, role: "img", "aria-label": row.unmet } : null;
    return make(
      "div",
      { className: "wf-run-status wf-status wf-status-" + (unmet ? "unmet" : row.state) },
      make("i", { className: "wf-dot" }),
      make("span", null, running ? row.status + " " + share : row.status),
      unmet ? make("b", unmet, "✗") : null,
      running ? make("span", { className: "wf-bar" }, make("i", { style: { width: row.progress * 100 + "%" } })) : null
    );
  };

  var inGrid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  inGrid.openRun = function (params) {
    if (picks(params.event)) {
      return;
    }
    var selected = String(window.getSelection());
    if (plain(params.event) && !selected) {
      wayfare.address.go(params.data.href);
    } else if (params.event.metaKey || params.event.ctrlKey) {
      window.open(params.data.href, "_blank", "noopener");
    }
  };

  var SCALES = {
    "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, m: 1e-3, "µ": 1e-6, "μ": 1e-6, u: 1e-6, n: 1e-9, min: 60, h: 3600,
  };

  // The number that a cell shows, or somebody writes: "12.9 MB" and "12.9M" are the same, and the first is what one sees.
  inGrid.quantity = function (text) {
    var written = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(min|h|([kMGTmµμun]?)[BJs]?)$/;
    var parts = written.exec((text || "").trim());
    if (!parts) {
      return null;
    }
    var scale = SCALES[parts[3] === undefined ? parts[2] : parts[3]];
    return scale === 1 ? Number(parts[1]) : Number((Number(parts[1]) * scale).toPrecision(15));
  };

  inGrid.openRunByKey = function (params) {
    if (params.event.key === "Enter") {
      wayfare.address.go(params.data.href);
    }
  };

  var current = null;
  var left = null; // the table of a page that one has left

  // The table's own code may come later than the page, and the table itself later than that.
  function withGrid(then, tries) {
    var more = tries === undefined ? 200 : tries;
    var again = function () {
      if (more > 0 && document.getElementById("runs-panel")) {
        window.setTimeout(withGrid, 50, then, more - 1);
      }
    };
    if (!window.dash_ag_grid || !document.querySelector("#runs-grid .ag-root")) {
      again();
      return;
    }
    window.dash_ag_grid.getApiAsync("runs-grid").then(function (api) {
      if (api === left || api.isDestroyed()) {
        again();
      } else {
        then(api);
      }
    }, again);
  }

  function offerComparison(api) {
    var link = document.getElementById("runs-compare");
    var rows = api.getSelectedRows();
    var few = rows.length < 2;
    var names = rows.map(function (row) {
      return row.href.slice("/run/".length); // quoted once already, so that a comma in a name is no comma between names
    });
    link.classList.toggle("wf-off", few);
    link.setAttribute("aria-disabled", String(few));
    link.textContent = few ? link.dataset.none : link.dataset.some.replace("N", rows.length);
    if (few) {
      link.removeAttribute("href");
    } else {
      link.href = link.dataset.base + "?runs=" + names.map(encodeURIComponent).join(",");
    }
    wayfare.address.writeSoon({ pick: rows.length ? names.join(",") : null });
  }

  function keepOrder(api) {
    var state = api.getColumnState();
    var sorted = state.find(function (column) { return column.sort; });
    var sort = sorted ? sorted.colId + "." + sorted.sort : "none";
    wayfare.address.writeSoon({ sort: sort === "started.desc" ? null : sort });
  }

  function keepFilters(api) {
    var model = api.getFilterModel();
    wayfare.address.writeSoon({ filter: Object.keys(model).length ? JSON.stringify(model) : null });
  }

  wayfare.runs = {
    arrived: function () {
      left = current;
      withGrid(function (api) {
        current = api;
        var told = function (then) {
          return function () {
            if (window.location.pathname === "/" && document.getElementById("runs-compare")) {
              then(api);
            }
          };
        };
        var about = document.getElementById("runs-about");
        var grid = document.querySelector("#runs-grid [role='grid'], #runs-grid [role='treegrid']");
        if (about && grid) {
          grid.setAttribute("aria-label", about.textContent);
        }
        watchWidth(api);
        if (api.getSelectedRows().length) {
          offerComparison(api);
        }
        api.addEventListener("selectionChanged", told(offerComparison));
        api.addEventListener("sortChanged", told(keepOrder));
        api.addEventListener("filterChanged", told(keepFilters));
      });
    },
  };

  document.addEventListener("input", function (event) {
    if (event.target.id === "runs-search") {
      var words = event.target.value;
      withGrid(function (api) {
        api.setGridOption("quickFilterText", words);
      });
      wayfare.address.writeSoon({ q: words || null });
    }
  });

  document.addEventListener("click", function (event) {
    var link = event.target.closest("#runs-compare");
    if (link && link.href && plain(event)) {
      event.preventDefault();
      wayfare.address.go(link.getAttribute("href"));
    }
  });

  // The most important first: as many are seen as there is room for, until somebody chooses.
  var BY_IMPORTANCE = ["status", "accuracy", "bytes", "virtual", "method", "energy", "started", "wall"];
  var SCENARIO_PX = { narrow: 140, wide: 212 };
  var BESIDE_PX = 66; // the boxes and the bar that scrolls

  function fitting(api) {
    var panel = document.getElementById("runs-panel");
    var free = panel.clientWidth - BESIDE_PX - (panel.clientWidth < 500 ? SCENARIO_PX.narrow : SCENARIO_PX.wide);
    var full = false;
    return BY_IMPORTANCE.filter(function (id) {
      free -= api.getColumn(id).getColDef().minWidth;
      full = full || free < 0;
      return !full;
    });
  }

  function chosenBefore() {
    return new URLSearchParams(window.location.search).has("hide");
  }

  var fitSoon = null;

  function fit(api) {
    var panel = document.getElementById("runs-panel");
    if (panel && panel.clientWidth && !chosenBefore() && !api.isDestroyed()) {
      clientside.set_props("runs-columns", { value: fitting(api) });
    }
  }

  function watchWidth(api) {
    new ResizeObserver(function () {
      window.clearTimeout(fitSoon);
      fitSoon = window.setTimeout(fit, 120, api);
    }).observe(document.getElementById("runs-panel"));
  }

  functions.columns = function (wanted) {
    if (!wanted) {
      return;
    }
    withGrid(function (api) {
      var all = api.getColumns().map(function (column) { return column.getColId(); }).filter(function (id) {
        return id !== "scenario" && id.indexOf("ag-Grid") !== 0;
      });
      var hidden = all.filter(function (id) { return wanted.indexOf(id) < 0; });
      api.setColumnsVisible(wanted, true);
      api.setColumnsVisible(hidden, false);
      var usual = fitting(api).slice().sort().join() === wanted.slice().sort().join();
      wayfare.address.writeSoon({ hide: usual ? null : hidden.join(",") || "none" });
    });
  };
})();

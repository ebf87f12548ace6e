// What stays inside the browser: cells of the runs table, moving between pages, the address and the window's title.
(function () {
  "use strict";
  var make = function () {
    return window.React.createElement.apply(null, arguments);
  };

  // dcc.Location listens to this event, as it does for dcc.Link.
  function go(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function plain(event) {
    return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  // React escapes all text: names from run folders are never markup.
  cells.RunLink = function (props) {
    var row = props.data;
    var bad = row.status === "damaged" || row.status === "failed";
    return make(
      "div",
      { className: "wf-run" },
      make("a", { href: row.href, tabIndex: -1, onClick: function (event) { event.preventDefault(); } }, props.value),
      make("span", { className: bad ? "wf-run-note wf-bad" : "wf-run-note" }, row.note)
    );
  };

  cells.RunStatus = function (props) {
    var row = props.data;
    var running = row.status === "running" && row.progress !== null;
    var share = running ? Math.round(row.progress * 100) + " %" : null;
    return make(
      "div",
      { className: "wf-run-status wf-status wf-status-" + row.status },
      make("i", { className: "wf-dot" }),
      make("span", null, running ? "running " + share : row.status),
      running ? make("span", { className: "wf-bar" }, make("i", { style: { width: row.progress * 100 + "%" } })) : null
    );
  };

  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  functions.openRun = function (params) {
    var selected = String(window.getSelection());
    if (plain(params.event) && !selected) {
      go(params.data.href);
    } else if (params.event.metaKey || params.event.ctrlKey) {
      window.open(params.data.href, "_blank", "noopener");
    }
  };

  functions.openRunByKey = function (params) {
    if (params.event.key === "Enter") {
      go(params.data.href);
    }
  };

  // Figures are drawn by the server, which learns the colour scheme here.
  function tellScheme() {
    var scheme = document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
    window.dash_clientside.set_props("scheme", { data: scheme });
  }
  new MutationObserver(tellScheme).observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    wayfare: {
      // The charts' cursor follows the slider. The address carries the time; at the end it carries none, so that a live
      // run's address follows the run.
      moved: function (time, end) {
        ["run-progress", "run-traffic"].forEach(function (id) {
          var chart = document.querySelector("#" + id + " .js-plotly-plot");
          if (chart && chart.layout && chart.layout.shapes && chart.layout.shapes.length) {
            window.Plotly.relayout(chart, { "shapes[0].x0": time, "shapes[0].x1": time });
          }
        });
        if (typeof time === "number" && window.location.pathname.startsWith("/run/")) {
          var search = time >= end ? "" : "?t=" + Number(time.toPrecision(9));
          window.history.replaceState(window.history.state, "", window.location.pathname + search);
        }
      },
      search: function (words, options) {
        return Object.assign({}, options, { quickFilterText: words || "" });
      },
      title: function () {
        tellScheme();
        window.requestAnimationFrame(function () {
          var heading = document.querySelector("#page h1");
          document.title = heading && heading.textContent !== "Runs" ? heading.textContent + " · Wayfare" : "Wayfare";
        });
      },
    },
  });
})();

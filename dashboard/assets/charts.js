// One cursor in all charts, clicks that move it and pick things, and saving a chart; nothing here redraws a figure.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});
  var clientside = (window.dash_clientside = window.dash_clientside || {});
  var functions = (clientside.wayfare = clientside.wayfare || {});
  var now = null;
  var end = 0;
  var framed = false;
  var sight = null;
  var seen = new Set();
  var stamp = "";
  var asked = 0;
  var waiting = 0;
  var AGAIN_MS = 5000;

  wayfare.end = function () {
    return end;
  };

  function panels() {
    return Array.prototype.slice.call(document.querySelectorAll(".wf-chart-panel"));
  }

  function plotOf(panel) {
    var plot = panel.querySelector(".js-plotly-plot");
    return plot && plot._fullLayout && plot._fullLayout.xaxis && plot.data && plot.data.length ? plot : null;
  }

  // Where a value stands between two lists that ascend together.
  function between(value, from, to) {
    var low = 0;
    var high = from.length - 1;
    while (high - low > 1) {
      var middle = (low + high) >> 1;
      if (from[middle] <= value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    var width = from[high] - from[low];
    var share = width > 0 ? Math.min(Math.max((value - from[low]) / width, 0), 1) : 0;
    return to[low] + share * (to[high] - to[low]);
  }

  function clockOf(plot) {
    var meta = plot.layout && plot.layout.meta;
    return meta && meta.clock ? meta : null;
  }

  function placeOf(clock, time) {
    return clock.clock === "table" ? between(time, clock.times, clock.places) : time;
  }

  function timeOf(clock, place) {
    var time = clock.clock === "table" ? between(place, clock.places, clock.times) : place;
    return Math.min(Math.max(time, 0), end);
  }

  function moveCursor(panel) {
    var line = panel.querySelector(".wf-cursor");
    var plot = plotOf(panel);
    var clock = plot && clockOf(plot);
    if (!clock || now === null) {
      line.hidden = true;
      return;
    }
    var x = plot._fullLayout.xaxis;
    var at = x.l2p(placeOf(clock, now));
    line.hidden = !(at >= -0.5 && at <= x._length + 0.5);
    line.style.transform = "translateX(" + (x._offset + at - 0.75) + "px)";
  }

  function fit(panel) {
    var plot = plotOf(panel);
    if (plot) {
      var y = plot._fullLayout.yaxis;
      var line = panel.querySelector(".wf-cursor");
      line.style.top = y._offset + "px";
      line.style.height = y._length + "px";
      moveCursor(panel);
    }
  }

  function moveAll() {
    framed = false;
    panels().forEach(moveCursor);
  }

  function seek(time) {
    now = time;
    if (!framed) {
      framed = true;
      window.requestAnimationFrame(moveAll);
    }
  }

  window.addEventListener("wayfare:time", function (event) {
    seek(event.detail.time_s);
  });

  function tellTime(time) {
    if (Number.isFinite(time)) {
      window.dispatchEvent(new CustomEvent("wayfare:time", { detail: { time_s: time, source: "chart" } }));
    }
  }

  function tellPick(about) {
    var parts = String(about || "").split(":");
    if (parts.length === 2) {
      var detail = { kind: parts[0], id: Number(parts[1]), source: "chart" };
      window.dispatchEvent(new CustomEvent("wayfare:pick", { detail: detail }));
    }
  }

  function mark(picked) {
    panels().forEach(function (panel) {
      if (panel.dataset.follows && panel.dataset.picked !== picked) {
        panel.dataset.picked = picked;
        clientside.set_props({ type: "picked", chart: panel.dataset.chart, of: "all" }, { data: picked });
      }
    });
  }

  window.addEventListener("wayfare:pick", function (event) {
    mark(event.detail.kind ? event.detail.kind + ":" + event.detail.id : "");
  });

  function clickTime(plot, event) {
    var clock = clockOf(plot);
    var box = plot.getBoundingClientRect();
    var x = plot._fullLayout.xaxis;
    var y = plot._fullLayout.yaxis;
    var across = event.clientX - box.left - x._offset;
    var down = event.clientY - box.top - y._offset;
    if (clock && across >= 0 && across <= x._length && down >= 0 && down <= y._length) {
      tellTime(timeOf(clock, x.p2l(across)));
    }
  }

  function attach(panel) {
    var plot = plotOf(panel);
    if (!plot || !plot.on || plot.wayfare) {
      return;
    }
    plot.wayfare = true;
    plot.on("plotly_afterplot", function () {
      fit(panel);
    });
    plot.on("plotly_click", function (event) {
      var about = event.points[0].customdata;
      tellPick(Array.isArray(about) ? about[0] : about);
    });
    plot.addEventListener("click", function (event) {
      clickTime(plot, event);
    }, true);
    fit(panel);
  }

  var looking = false;
  new MutationObserver(function () {
    if (!looking) {
      looking = true;
      window.requestAnimationFrame(function () {
        looking = false;
        panels().forEach(attach);
      });
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("keydown", function (event) {
    var frame = event.target;
    if (!frame.classList || !frame.classList.contains("wf-chart") || !end) {
      return;
    }
    var step = end * (event.shiftKey ? 0.001 : 0.01);
    var at = now === null ? end : now;
    var to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: end }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      tellTime(Math.min(Math.max(to, 0), end));
    }
  });

  function save(name, type, content) {
    var link = document.createElement("a");
    var address = content instanceof Blob ? URL.createObjectURL(content) : content;
    link.href = address;
    link.download = name.replace(/[^\w.-]+/g, "_") + "." + type;
    link.click();
    if (content instanceof Blob) {
      window.setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
    }
  }

  // A spreadsheet must take no name for a formula, whatever a run calls its nodes.
  function field(value) {
    var text = value === null || value === undefined ? "" : String(value);
    text = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function plainText(markup) {
    var area = document.createElement("textarea");
    area.innerHTML = String(markup === undefined || markup === null ? "" : markup);
    return area.value;
  }

  function list(values) {
    if (values && values.bdata !== undefined && values._inputArray) {
      return Array.prototype.slice.call(values._inputArray);
    }
    return values ? Array.prototype.slice.call(values) : [];
  }

  function at(values, place) {
    return Array.isArray(values) ? values[place] : values;
  }

  function rowsOf(trace) {
    if (trace.type === "heatmap") {
      return [].concat.apply([], list(trace.z).map(function (line, row) {
        return list(line).map(function (value, column) {
          return [trace.name, plainText(at(at(trace.text, row), column)), list(trace.x)[column], list(trace.y)[row], value];
        });
      }));
    }
    var base = trace.base;
    var x = list(trace.x);
    var y = list(trace.y);
    return x.map(function (value, place) {
      return [plainText(trace.name), plainText(at(trace.text, place)), value, y[place], at(base, place)];
    }).filter(function (row) {
      return row[2] !== null && row[2] !== undefined;
    });
  }

  wayfare.csvOf = function (plot) {
    var title = function (axis) {
      return (axis && axis.title && axis.title.text) || "";
    };
    var heat = plot.data.some(function (trace) { return trace.type === "heatmap"; });
    var head = ["series", "label", title(plot.layout.xaxis) || "x", title(plot.layout.yaxis) || "y", heat ? "value" : "start"];
    var rows = [].concat.apply([], plot.data.map(rowsOf));
    return [head].concat(rows).map(function (row) { return row.map(field).join(","); }).join("\r\n") + "\r\n";
  };

  wayfare.imageOf = function (panel, plot, form) {
    var style = getComputedStyle(document.documentElement);
    var ground = style.getPropertyValue("--wf-surface").trim();
    var heading = panel.querySelector("h2").textContent;
    var legend = plot.layout.showlegend ? plot._fullLayout.legend : null; // may have several lines
    var margin = Object.assign({}, plot.layout.margin, { t: 42 + ((legend && legend._height) || 0) });
    var layout = Object.assign({}, plot.layout, {
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      margin: margin,
      width: plot.clientWidth,
      height: plot.clientHeight + 52,
      title: { text: heading.replace(/&/g, "&amp;").replace(/</g, "&lt;"), x: 0.01, xanchor: "left", y: 0.985, yanchor: "top", font: { size: 15 } },
    });
    var figure = { data: plot.data, layout: layout };
    return window.Plotly.toImage(figure, { format: form, width: layout.width, height: layout.height, scale: form === "png" ? 2 : 1 });
  };

  document.addEventListener("click", function (event) {
    var lead = event.target.closest && event.target.closest("[data-moment]");
    if (lead) {
      tellTime(Number(lead.dataset.moment));
      tellPick(lead.dataset.pick);
    }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-save]");
    var panel = button && button.closest(".wf-chart-panel");
    var plot = panel && plotOf(panel);
    if (!plot) {
      return;
    }
    var form = button.dataset.save;
    var name = decodeURIComponent(window.location.pathname.split("/").pop()) + "-" + panel.dataset.chart;
    button.closest("details").open = false;
    if (form === "csv") {
      save(name, form, new Blob(["\ufeff" + wayfare.csvOf(plot)], { type: "text/csv" }));
    } else {
      wayfare.imageOf(panel, plot, form).then(function (image) {
        save(name, form, image);
      });
    }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-table]");
    if (button) {
      var table = document.getElementById("table-" + button.dataset.table);
      var lines = Array.prototype.map.call(table.rows, function (row) {
        return Array.prototype.map.call(row.cells, function (cell) { return field(cell.textContent); }).join(",");
      });
      save("compare-" + button.dataset.table, "csv", new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    }
  });

  // A chart is asked for when it is about to be seen, and again while it is, once there are new rows of its run.
  function ask(panel) {
    if (panel.dataset.asked !== stamp) {
      panel.dataset.asked = stamp;
      clientside.set_props({ type: "shown", chart: panel.dataset.chart }, { data: stamp });
    }
  }

  function askAgain() {
    if (!document.hidden) {
      asked = performance.now();
      seen.forEach(ask);
    }
  }
  document.addEventListener("visibilitychange", askAgain);

  // A browser takes far more for its charts than for all else, so those of a run that goes on are drawn now and then.
  functions.stamped = function (told, over) {
    if (told) {
      stamp = told;
      window.clearTimeout(waiting);
      waiting = window.setTimeout(askAgain, over ? 0 : Math.max(asked + AGAIN_MS - performance.now(), 0));
    }
  };

  wayfare.charts = {
    // Of the rows that there are to see.
    stamp: function () {
      return stamp;
    },
    // What the address says, which the map is told by itself.
    show: function (time, picked) {
      seek(time === null ? end : Math.min(Math.max(time, 0), end));
      mark(picked);
    },
    arrived: function () {
      var charts = document.querySelector(".wf-charts");
      end = charts ? Number(charts.dataset.end) || 0 : 0;
      now = charts ? end : null;
      stamp = (charts && charts.dataset.stamp) || "once";
      asked = performance.now();
      seen.clear();
      if (sight) {
        sight.disconnect();
      }
      sight = new IntersectionObserver(
        function (entries) {
          entries.forEach(function (entry) {
            seen[entry.isIntersecting ? "add" : "delete"](entry.target);
            if (entry.isIntersecting) {
              ask(entry.target);
            }
          });
        },
        { rootMargin: "400px" }
      );
      panels().forEach(function (panel) {
        sight.observe(panel);
      });
    },
  };

  functions.ended = function (time) {
    if (typeof time === "number") {
      var follows = now !== null && now >= end; // who looks at the end stays at the end
      end = time;
      if (follows) {
        now = end;
        moveAll();
      }
    }
  };

  functions.chosen = function (values) {
    if (!values || !values.length || !clientside.callback_context.inputs_list[0]) {
      return;
    }
    var query = {};
    clientside.callback_context.inputs_list[0].forEach(function (one) {
      var usual = document.querySelector("#chart-" + one.id.chart);
      var first = usual && usual.dataset["first" + one.id.name.charAt(0).toUpperCase() + one.id.name.slice(1)];
      query[one.id.chart + "." + one.id.name] = one.value === first ? null : one.value;
    });
    wayfare.address.writeSoon(query);
  };
})();

// The page on which a scenario is written: the editor with help and suggestions, checking, running, stopping.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});
  var schema = null;
  var said = {};
  var area = null;
  var offer = null;
  var watching = null;

  function make(tag, attributes, text) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    if (text !== undefined) { element.textContent = text; }
    return element;
  }

  function ask(what, content) {
    var options = content === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
    return window.fetch("/launch/" + what, options).then(function (reply) {
      if (!reply.ok) {
        return reply.text().then(function (text) { throw new Error(text.replace(/<[^>]*>/g, " ").trim() || reply.status); });
      }
      return (reply.headers.get("Content-Type") || "").startsWith("application/json") ? reply.json() : reply.text();
    });
  }

  function lineStart(line) {
    return area.value.split("\n").slice(0, line - 1).reduce(function (sum, one) { return sum + one.length + 1; }, 0);
  }

  function complain(complaints, otherwise) {
    var place = document.getElementById("launch-said");
    place.replaceChildren();
    if (!complaints.length) {
      place.append(make("p", { class: "wf-sound" }, otherwise));
    }
    complaints.forEach(function (one) {
      var item = make("p", { class: "wf-problem" });
      if (one.line) {
        var jump = make("button", { type: "button", class: "wf-line" }, said.launch_line.replace("{line}", one.line));
        jump.addEventListener("click", function () {
          var start = lineStart(one.line);
          area.focus();
          area.setSelectionRange(start, start + (area.value.split("\n")[one.line - 1] || "").length);
          area.scrollTop = Math.max(one.line - 6, 0) * 20;
        });
        item.append(jump, " ");
      }
      item.append(one.message);
      place.append(item);
    });
  }

  function busy(words) {
    document.getElementById("launch-said").replaceChildren(make("p", { class: "wf-muted" }, words));
    ["launch-check", "launch-run"].forEach(function (id) { document.getElementById(id).disabled = true; });
  }

  function ready() {
    ["launch-check", "launch-run"].forEach(function (id) {
      var button = document.getElementById(id);
      if (button) { button.disabled = false; }
    });
  }

  function failed(error) {
    complain([{ message: String(error.message || error), line: null }], "");
    ready();
  }

  function check() {
    busy(said.launch_checking);
    ask("check", { scenario: area.value }).then(function (answer) {
      complain(answer.said, said.launch_sound);
      ready();
    }, failed);
  }

  function run() {
    busy(said.launch_starting);
    ask("run", { scenario: area.value }).then(function (answer) {
      if (!answer.id) {
        complain(answer.said, "");
        ready();
        return;
      }
      wait(answer.id, 400);
    }, failed);
  }

  // A run is watched as soon as it has a folder; one that is wrong ends before it has any, and says why.
  function wait(id, tries) {
    ask("state").then(function (launches) {
      var launch = launches.find(function (one) { return one.id === id; });
      if (!area || !document.body.contains(area)) {
        return;
      }
      if (launch && launch.run) {
        wayfare.address.go(launch.href);
      } else if (!launch || launch.state === "ended" || tries === 0) {
        complain((launch && launch.said) || [], "");
        ready();
        show(launches);
      } else {
        window.setTimeout(wait, 150, id, tries - 1);
      }
    }, failed);
  }

  function stop(name) {
    return ask("stop", { run: name });
  }

  function show(launches) {
    var list = document.getElementById("launch-mine");
    if (!list) {
      return;
    }
    document.getElementById("launch-list").hidden = !launches.length;
    list.replaceChildren();
    launches.forEach(function (one) {
      var item = make("p", { class: "wf-launched" });
      item.append(make("b", {}, one.scenario || "?"), " ");
      if (one.href) {
        var link = make("a", { href: one.href }, said.launch_watch);
        link.addEventListener("click", function (event) {
          event.preventDefault();
          wayfare.address.go(one.href);
        });
        item.append(link, " ");
      }
      if (one.state !== "ended") {
        var button = make("button", { type: "button", class: "wf-button wf-stop" }, said.launch_stop);
        button.addEventListener("click", function () { stop(one.id); });
        item.append(button);
      } else {
        item.append(make("span", { class: "wf-muted" }, one.said.length ? said.state_failed : ""));
      }
      list.append(item);
    });
  }

  function help() {
    var place = document.getElementById("launch-help");
    var about = schema && area ? wayfare.explain(schema, area.value, area.selectionStart) : null;
    place.replaceChildren();
    if (!about) {
      place.append(said.launch_help_none);
      return;
    }
    place.append(make("code", { class: "wf-help-path" }, about.path));
    place.append(make("p", {}, about.known ? about.about : said.launch_unknown));
    [
      [said.launch_default, about.default],
      [said.launch_between, about.limits.join(", ")],
      [said.launch_allowed, (about.allowed.length ? about.allowed : about.keys).slice(0, 40).join(", ")],
      [said.launch_example, about.examples.slice(0, 3).join(", ")],
    ].forEach(function (fact) {
      if (fact[1]) {
        var line = make("p", { class: "wf-help-fact" });
        line.append(make("span", { class: "wf-muted" }, fact[0] + ": "), make("code", {}, fact[1].slice(0, 600)));
        place.append(line);
      }
    });
  }

  function close() {
    if (offer) {
      offer.list.remove();
      offer = null;
      area.setAttribute("aria-expanded", "false");
      area.removeAttribute("aria-activedescendant");
    }
  }

  function suggest() {
    close();
    var found = wayfare.suggest(schema, area.value, area.selectionStart);
    var word = found.word.toLowerCase();
    var items = found.items.filter(function (one) { return one.text.toLowerCase().indexOf(word) >= 0 && one.text !== found.word; });
    items.sort(function (a, b) { return Number(!a.text.toLowerCase().startsWith(word)) - Number(!b.text.toLowerCase().startsWith(word)); });
    if (!items.length) {
      return;
    }
    var list = make("ul", { id: "launch-offer", role: "listbox", class: "wf-offer", "aria-label": said.launch_suggestions });
    items.slice(0, 60).forEach(function (one, place) {
      var item = make("li", { role: "option", id: "launch-offer-" + place });
      item.append(make("b", {}, one.text), make("span", {}, one.about));
      item.addEventListener("mousedown", function (event) {
        event.preventDefault();
        choose(place);
        take();
      });
      list.append(item);
    });
    var lines = area.value.slice(0, area.selectionStart).split("\n");
    list.style.left = Math.min(12 + (lines[lines.length - 1].length - found.word.length) * 7.8, Math.max(area.clientWidth - 420, 12)) + "px";
    area.parentNode.append(list);
    var below = lines.length * 20 + 12 - area.scrollTop;
    var above = below - 20 - list.offsetHeight;
    list.style.top = (below + list.offsetHeight > area.offsetHeight && above > 0 ? above : below) + "px";
    offer = { list: list, items: items.slice(0, 60), kind: found.kind, word: found.word, at: 0 };
    area.setAttribute("aria-expanded", "true");
    choose(0);
  }

  function choose(place) {
    offer.at = (place + offer.items.length) % offer.items.length;
    Array.prototype.forEach.call(offer.list.children, function (item, at) {
      item.setAttribute("aria-selected", String(at === offer.at));
    });
    var item = offer.list.children[offer.at];
    item.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", item.id);
  }

  function take() {
    var text = offer.items[offer.at].text + (offer.kind === "key" ? ": " : "");
    var end = area.selectionStart;
    area.setRangeText(text, end - offer.word.length, end, "end");
    close();
    help();
  }

  function typed(event) {
    if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      suggest();
    } else if (offer && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose(offer.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (offer && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take();
    } else if (event.key === "Escape") {
      area.dataset.leaving = offer ? "" : "yes";
      close();
    } else if (event.key === "Tab" && !event.shiftKey && area.dataset.leaving !== "yes") {
      event.preventDefault();
      area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    } else if (event.key === "Enter" && !event.isComposing) {
      var line = area.value.slice(0, area.selectionStart).split("\n").pop();
      var indent = line.match(/^\s*/)[0] + (/:\s*$/.test(line) ? "  " : "");
      event.preventDefault();
      area.setRangeText("\n" + indent, area.selectionStart, area.selectionEnd, "end");
    } else if (event.key !== "Tab") {
      area.dataset.leaving = "";
    }
  }

  function open(query) {
    return ask("scenario?" + query).then(function (text) {
      area.value = text;
      area.setSelectionRange(0, 0);
      area.scrollTop = 0;
      help();
    }, failed);
  }

  function begin(page) {
    Array.prototype.forEach.call(page.attributes, function (one) {
      said[one.name.replace(/^data-/, "").replace(/-/g, "_")] = one.value;
    });
    area = make("textarea", {
      id: "launch-text",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      "aria-label": said.launch_scenario,
      "aria-describedby": "launch-how",
      "aria-autocomplete": "list",
      "aria-controls": "launch-offer",
      "aria-expanded": "false",
    });
    document.getElementById("launch-editor").replaceChildren(area);
    area.addEventListener("keydown", typed);
    area.addEventListener("input", function () {
      help();
      if (offer) { suggest(); }
    });
    area.addEventListener("keyup", help);
    area.addEventListener("click", function () { close(); help(); });
    area.addEventListener("blur", close);
    var source = document.getElementById("launch-source");
    source.addEventListener("change", function () { open("name=" + encodeURIComponent(source.value)); });
    document.getElementById("launch-check").addEventListener("click", check);
    document.getElementById("launch-run").addEventListener("click", run);
    var run_name = wayfare.address.asked().get("run");
    if (run_name) {
      var own = make("option", { value: "" }, run_name);
      source.prepend(own);
      source.value = "";
      open("run=" + encodeURIComponent(run_name));
    } else {
      source.value = "first-walk";
      open("name=first-walk");
    }
    ask("schema").then(function (content) { schema = content; help(); }, failed);
    watch();
  }

  // The list of launches, and the button that stops the run one looks at.
  function watch() {
    window.clearTimeout(watching);
    var button = document.querySelector("[data-stop-run]");
    if (!document.getElementById("launch-mine") && !button) {
      return;
    }
    ask("state").then(function (launches) {
      show(launches);
      var own = button && launches.find(function (one) { return one.run === button.dataset.stopRun && one.state !== "ended"; });
      if (button) { button.hidden = !own; }
      watching = window.setTimeout(watch, 1000);
    }, function () {});
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-stop-run]");
    if (button) {
      button.disabled = true;
      stop(button.dataset.stopRun);
    }
  });

  window.addEventListener("wayfare:page", function () {
    area = null;
    offer = null;
    var page = document.getElementById("launch");
    if (page) { begin(page); } else { watch(); }
  });
})();

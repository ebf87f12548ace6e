// What belongs to all pages: the scheme and the language, the window's title, and where the keyboard's focus goes.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});
  var clientside = (window.dash_clientside = window.dash_clientside || {});
  var functions = (clientside.wayfare = clientside.wayfare || {});
  var first = true;

  // Figures are drawn by the server, which learns the colour scheme here.
  function tellScheme() {
    var scheme = document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
    clientside.set_props("scheme", { data: scheme });
  }
  new MutationObserver(tellScheme).observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });

  function speak(language) {
    document.documentElement.lang = language;
    try {
      window.localStorage.setItem("wayfare-language", language);
    } catch (error) {
      // without storage the choice lasts as long as the page
    }
    wayfare.address.write({ lang: wayfare.address.asked().has("lang") ? language : null }, false);
    clientside.set_props("lang", { data: language });
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (target.closest("#language-toggle")) {
      speak(document.documentElement.lang === "zh" ? "en" : "zh");
    }
    if (target.closest("#skip")) {
      event.preventDefault();
      document.getElementById("page").focus();
    }
    document.querySelectorAll("details.wf-drop[open]").forEach(function (drop) {
      if (!drop.contains(target)) {
        drop.open = false;
      }
    });
  });

  document.addEventListener("keydown", function (event) {
    var drop = event.key === "Escape" && event.target.closest && event.target.closest("details.wf-drop[open]");
    if (drop) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });

  functions.arrived = function (children) {
    if (!children) {
      return;
    }
    tellScheme();
    window.requestAnimationFrame(function () {
      var heading = document.querySelector("#page h1");
      var home = !heading || window.location.pathname === "/";
      document.title = home ? "Wayfare" : heading.textContent + " · Wayfare";
      if (!first && !document.activeElement.closest("header")) {
        document.getElementById("page").focus({ preventScroll: true });
      }
      first = false;
      wayfare.charts.arrived();
      wayfare.runs.arrived();
      wayfare.address.restore();
      window.dispatchEvent(new CustomEvent("wayfare:page"));
    });
  };
})();

// Sets the colour scheme and the language before anything is drawn, so that a dark page never flashes white and a Chinese
// one never English. Mantine takes over the scheme from here, page.js the language.
(function () {
  var kept = { scheme: null, lang: null };
  var asked = new URLSearchParams(window.location.search).get("lang");
  var known = function (lang) {
    return lang === "en" || lang === "zh";
  };
  try {
    kept.scheme = window.localStorage.getItem("mantine-color-scheme-value");
    if (known(asked)) {
      window.localStorage.setItem("wayfare-language", asked);
    }
    kept.lang = window.localStorage.getItem("wayfare-language");
  } catch (error) {
    // storage may be forbidden; what the system prefers is a good answer then
  }
  if (kept.scheme !== "light" && kept.scheme !== "dark") {
    kept.scheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  if (known(asked)) {
    kept.lang = asked;
  } else if (!known(kept.lang)) {
    kept.lang = (window.navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", kept.scheme);
  document.documentElement.lang = kept.lang;
})();

// What a report has around the map: the choice of the run, theme and language, and charts with the map's cursor.
(function () {
  "use strict";
  const LEFT = 46 / 640;
  const RIGHT = 632 / 640;

  function begin() {
    const language = document.getElementById("wr-language");
    if (!language) return; // not a report
    const root = document.documentElement;
    if (window.matchMedia("(prefers-color-scheme: dark)").matches) root.dataset.mantineColorScheme = "dark";
    const theme = document.getElementById("wr-theme");
    const label = () => {
      const chinese = root.lang === "zh";
      language.textContent = chinese ? "English" : "中文";
      theme.title = chinese ? "切换浅色与深色" : "Switch between light and dark";
      theme.setAttribute("aria-label", theme.title);
    };
    language.addEventListener("click", () => {
      root.lang = root.lang === "zh" ? "en" : "zh";
      label();
    });
    theme.addEventListener("click", () => {
      root.dataset.mantineColorScheme = root.dataset.mantineColorScheme === "dark" ? "light" : "dark";
    });
    label();
    const runs = [...document.querySelectorAll(".wr-run")];
    const choices = [...document.querySelectorAll("[data-wr-run]")];
    const places = runs.map((run) => run.querySelector("[data-wm-inside]"));
    const show = (number) => {
      runs.forEach((run, at) => { run.hidden = at !== number; });
      choices.forEach((choice, at) => choice.setAttribute("aria-pressed", String(at === number)));
      // One map at a time: the others' places are no places meanwhile.
      places.forEach((place, at) => {
        if (at === number) place.dataset.wmInside = String(number);
        else delete place.dataset.wmInside;
      });
    };
    choices.forEach((choice, at) => choice.addEventListener("click", () => show(at)));
    show(0);
    window.addEventListener("wayfare:time", (event) => {
      for (const chart of document.querySelectorAll(".wr-run:not([hidden]) .wr-chart")) {
        const part = Math.min(1, event.detail.time_s / Number(chart.dataset.end || 1));
        const x = String(640 * (LEFT + part * (RIGHT - LEFT)));
        chart.querySelector(".wr-cursor").setAttribute("x1", x);
        chart.querySelector(".wr-cursor").setAttribute("x2", x);
      }
    });
    document.addEventListener("click", (event) => {
      const picture = event.target.closest && event.target.closest(".wr-chart > svg");
      if (!picture) return;
      const box = picture.getBoundingClientRect();
      const part = ((event.clientX - box.left) / box.width - LEFT) / (RIGHT - LEFT);
      const time = Math.max(0, Math.min(part, 1)) * Number(picture.parentNode.dataset.end);
      window.dispatchEvent(new CustomEvent("wayfare:time", { detail: { time_s: time, source: "chart" } }));
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();

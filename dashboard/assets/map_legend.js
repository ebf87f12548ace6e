// What shapes, colours and widths mean.
(function (W) {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  W.icon = (path, size = 18) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("width", size);
    svg.setAttribute("height", size);
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };

  W.legend = (world, palette, learns, options) => {
    const item = (mark, label) => W.element("span", "wm-item", mark, label);
    const group = (title, ...items) => W.element("div", "wm-group", W.element("span", "wm-group-title", title), ...items);
    const tiers = [0, 1, 2, 3].filter((tier) => world.tier.includes(tier));
    const shape = (tier, step, down) => {
      const canvas = palette.drawn(tier, step, down, [5, 6, 7, 5][tier], 2);
      canvas.style.width = canvas.width / 2 + "px";
      canvas.style.height = canvas.height / 2 + "px";
      canvas.setAttribute("aria-hidden", "true");
      return canvas;
    };
    const groups = [group(W.say("nodes"), ...tiers.map((tier) => item(shape(tier, -1, 0), W.say(W.TIERS[tier]))),
      item(W.element("i", "wm-mark-working"), W.say("training")), item(shape(0, -1, 1), W.say("failedNode")))];
    if (learns) {
      const ramp = W.element("i", "wm-ramp");
      ramp.style.background = "linear-gradient(to right," + palette.accuracy.join(",") + ")";
      groups.push(group(W.say("accuracyHeld"), W.element("span", "wm-item", "0", ramp, "1"), item(shape(0, -1, 0), W.say("noneYet"))));
    }
    const loads = ["idle", "to25", "to50", "to75", "above"].map((key, step) => {
      const mark = W.element("i", "wm-load");
      mark.style.height = [2, 2, 3, 4, 6][step] + "px";
      mark.style.background = palette.load[step];
      return item(mark, W.say(key));
    });
    if (world.head.radio.includes(1)) loads.push(item(W.element("i", "wm-dash"), W.say("radio")));
    loads.push(item(W.element("i", "wm-dash wm-dash-cut"), W.say("cutLink")));
    groups.push(group(W.say("load"), ...loads));
    const packets = learns ? [item(W.element("i", "wm-arrow"), W.say("learningPacket"))] : [];
    packets.push(item(W.element("i", "wm-arrow wm-arrow-hollow"), W.say(learns ? "otherTraffic" : "transfer")));
    packets.push(item(W.element("i", "wm-cross", "✕"), W.say("drop")), item(W.element("i", "wm-ringed"), W.say("handover")));
    if (options.cells && world.moves) packets.push(item(W.element("i", "wm-cell"), W.say("cell")));
    groups.push(group(W.say("onTheWay"), ...packets));
    const bars = [["traffic", palette.packet], ["learning", palette.good], ["trouble", palette.bad]].map(([name, colour]) => {
      const mark = W.element("i", "wm-bar");
      mark.style.background = colour;
      return item(mark, W.say(name));
    });
    groups.push(group(W.say("strip"), ...bars));
    return groups;
  };
})((window.wayfareMap = window.wayfareMap || {}));

// The clock of the map: plays, steps, loops, and waits for tiles that are not there yet.
(function (W) {
  "use strict";
  const SPEEDS = [];
  for (let power = -5; power <= 3; power++) for (const digit of [1, 2, 5]) SPEEDS.push(Number((digit * 10 ** power).toPrecision(1)));
  W.SPEEDS = SPEEDS;
  const WHOLE_RUN_S = 40;

  W.Player = class {
    // `tileAt` gives the tile of a number if it is there, and asks for it if not.
    constructor(tileAt) {
      Object.assign(this, { tileAt, time: 0, end: 0, playing: false, loop: false, speed: 1, edges: [0], chosen: false, pending: 0, waits: false });
    }

    // Take in how far the run is; who stands at its end stays there.
    extend(now) {
      const follows = this.time >= this.end && !this.playing;
      this.end = now.end;
      this.edges = now.tiles;
      if (!this.chosen) this.speed = W.speedFor(now.end);
      if (follows) this.time = this.end;
    }

    tileNumber(time = this.time) {
      return Math.max(0, W.lastAtMost(this.edges, time));
    }

    toggle() {
      this.playing = !this.playing;
      if (this.playing && this.time >= this.end) this.time = 0;
    }

    // Advance by a stretch of wall time [s]; time stands while its tile is on the way.
    advance(wall) {
      if (!this.playing) return;
      if (!this.tileAt(this.tileNumber())) {
        this.waits = true;
        return;
      }
      this.waits = false;
      const next = this.time + Math.min(wall, 0.1) * this.speed;
      if (next < this.end) this.time = next;
      else if (this.loop && this.end > 0) this.time = 0;
      else {
        this.time = this.end;
        this.playing = false;
      }
    }

    seek(time) {
      this.pending = 0;
      this.time = Math.max(0, Math.min(Number.isFinite(time) ? time : 0, this.end));
    }

    // Go to the next or the previous event, over as many tiles as it takes; true once it is found.
    step(way) {
      this.playing = false;
      this.pending = 0;
      let number = this.tileNumber();
      let time = this.time;
      for (;;) {
        const tile = this.tileAt(number);
        if (!tile) {
          this.pending = way;
          return false;
        }
        const found = neighbour(W.momentsOf(tile), time, way);
        if (found !== null && found <= this.end) {
          this.time = found;
          return true;
        }
        number += way;
        if (number < 0 || number >= this.edges.length) {
          this.time = way < 0 ? 0 : this.end;
          return true;
        }
        time = way > 0 ? this.edges[number] - 1e-12 : this.edges[number + 1];
        this.time = Math.max(0, time);
      }
    }

    // A tile has arrived: go on with a step that waited for it.
    resume() {
      if (this.pending) this.step(this.pending);
    }

    faster(way) {
      const place = Math.max(0, W.lastAtMost(SPEEDS, this.speed * 1.0001));
      this.speed = SPEEDS[Math.max(0, Math.min(place + way, SPEEDS.length - 1))];
      this.chosen = true;
    }
  };

  // The round speed at which a run takes about forty seconds.
  W.speedFor = (end) => SPEEDS[Math.max(0, W.lastAtMost(SPEEDS, (end / WHOLE_RUN_S) * 1.0001))];

  function neighbour(moments, time, way) {
    const place = W.lastAtMost(moments, time);
    if (way > 0) return place + 1 < moments.length ? moments[place + 1] : null;
    const before = place >= 0 && moments[place] < time ? place : place - 1;
    return before >= 0 ? moments[before] : null;
  }
})((window.wayfareMap = window.wayfareMap || {}));

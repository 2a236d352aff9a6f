'use strict';
// What ties the page together: the cursor, the part of the timeline that is shown, controls, pointers and keys.

class Page {
  constructor() {
    const timeline = this.timeline = new Timeline(document);
    describe(timeline);
    if (!timeline.faces.length) {
      byId('main').remove();
      return;
    }
    byId('main').hidden = false;
    const most = timeline.faces.reduce((a, b) => b.rows > a.rows ? b : a);
    const isSmooth = most.summary.smoothed.activities.some(a => a.share !== undefined);
    this.view = {
      face: most, series: isSmooth ? 1 : 0, start: timeline.first, end: timeline.end,
      hidden: Array(8).fill(false),
    };
    this.time = timeline.first;
    this.hover = null;
    this.waiting = {};
    this.readout = new Readout(timeline);
    this.prepareControls();
    this.charts = new Charts(timeline, this.view);
    this.prepareMarks();
    this.summary = new Summary(timeline, time => this.seek(time, true));
    this.player = new Player(timeline.document.media, time => {
      if (time !== null) this.time = Math.min(Math.max(time, timeline.first), timeline.end);
      // What moved last counts: the video, or a pointer that moves, not one that rests.
      if (time !== null) this.hover = null;
      if (time !== null && this.player.playing) this.follow();
      this.update();
    });
    this.boxes = new Boxes(timeline, this.player);
    this.listenToPointers();
    document.addEventListener('keydown', event => this.key(event), true);
    // A button that was clicked must not take the space bar from the video; one that was reached by keys keeps it.
    document.addEventListener('click', event => { if (event.detail > 0) event.target.closest('button')?.blur(); }, true);
    new ResizeObserver(() => this.later('size', () => { this.charts.resize(); this.update(); })).observe(byId('timelines'));
    new ResizeObserver(() => this.boxes.draw(this.time, this.view.face)).observe(byId('screen'));
    addEventListener('beforeprint', () => this.print(true));
    addEventListener('afterprint', () => this.print(false));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.charts.colour(); this.update(); });
    this.showSeries();
  }

  /** Lays the page out for paper, in the colours of the light theme, or back for the screen. */
  print(isOnPaper) {
    document.documentElement.classList.toggle('print', isOnPaper);
    this.summary.print(isOnPaper);
    if (this.player.isVideo) this.player.element.controls = !isOnPaper;
    this.charts.print(isOnPaper);
    this.update();
  }

  // What is shown

  /** Calls `body` before the next picture; of several of the same name only the last. */
  later(name, body) {
    cancelAnimationFrame(this.waiting[name]);
    this.waiting[name] = requestAnimationFrame(body);
  }

  showSeries() {
    byId('smoothed').setAttribute('aria-pressed', this.view.series === 1);
    byId('raw').setAttribute('aria-pressed', this.view.series === 0);
    byId('face').value = this.timeline.faces.indexOf(this.view.face);
    this.charts.draw();
    this.charts.drawOverview();
    this.summary.show(this.view.face, this.view.series);
    this.update();
  }

  setSeries(series) { this.view.series = series; this.showSeries(); }

  setFace(index) {
    const face = this.timeline.faces[index];
    if (!face || face === this.view.face) return;
    this.view.face = face;
    this.showSeries();
  }

  /** Shows the part from `start` to `end`, moved and widened to what is possible. */
  setWindow(start, end) {
    const {first, end: last} = this.timeline;
    const least = Math.min(Math.max(8 * this.timeline.step, 0.1), last - first);
    const width = Math.min(Math.max(end - start, least), last - first);
    start = Math.min(Math.max((start + end - width) / 2, first), last - width);
    this.view.start = start;
    this.view.end = start + width;
    byId('tip').hidden = true;
    this.later('window', () => { this.charts.draw(); this.update(); });
  }

  zoom(factor, around = this.time) {
    const {start, end} = this.view;
    if (around < start || around > end) around = (start + end) / 2;
    this.setWindow(around - (around - start) * factor, around + (end - around) * factor);
  }

  pan(seconds) {
    const {first, end: last} = this.timeline;
    const {start, end} = this.view;
    const shift = Math.min(Math.max(seconds, first - start), last - end);
    if (shift) this.setWindow(start + shift, end + shift);
  }

  fit() { this.setWindow(this.timeline.first, this.timeline.end); }

  /** Turns the page when the cursor leaves it. */
  follow() {
    const {start, end} = this.view;
    const width = end - start;
    if (this.time < start) this.pan(this.time - start - 0.1 * width);
    else if (this.time > end) this.pan(this.time - start - 0.1 * width);
  }

  seek(time, follows = false) {
    const {first, end} = this.timeline;
    this.time = Math.min(Math.max(time, first), end);
    this.hover = null;
    this.player.seek(this.time);
    if (follows) this.follow();
    this.update();
  }

  stepFrames(count) {
    const times = this.timeline.frameTimes;
    // The cursor may stand a rounding error before the frame it was put on.
    const frame = this.timeline.frameAt(this.time + 1e-4);
    this.seek(times[Math.min(Math.max(frame + count, 0), times.length - 1)], true);
  }

  // The cursor and what it points at

  prepareMarks() {
    this.marks = ['stack', 'curves', 'units', 'overview'].map(id => {
      const chart = byId(id);
      const made = {chart, graph: this.charts[id], cursor: element('div', {class: 'cursor'}), hover: element('div', {class: 'hover'})};
      chart.append(made.cursor, made.hover);
      return made;
    });
    this.brush = element('div', {class: 'brush'});
    byId('overview').append(this.brush);
  }

  update() {
    const {view, timeline, time} = this;
    for (const {chart, graph, cursor, hover} of this.marks) {
      const area = graph.getArea();
      const [start, end] = chart.id === 'overview' ? [timeline.first, timeline.end] : [view.start, view.end];
      const place = (mark, at) => {
        const isShown = at !== null && at >= start && at <= end;
        mark.style.visibility = isShown ? 'visible' : 'hidden';
        mark.style.height = area.h + 'px';
        mark.style.top = area.y + 'px';
        if (isShown) mark.style.transform = `translateX(${area.x + (at - start) / (end - start) * area.w}px)`;
      };
      place(cursor, time);
      place(hover, this.hover);
      if (chart.id === 'overview') {
        const scale = area.w / (end - start);
        const isAll = view.start <= start + 1e-6 && view.end >= end - 1e-6;
        this.brush.style.cssText = `left:${area.x + (view.start - start) * scale}px;top:${area.y}px;` +
          `width:${(view.end - view.start) * scale}px;height:${area.h}px;visibility:${isAll ? 'hidden' : 'visible'}`;
      }
    }
    const digits = view.end - view.start < 30 ? 2 : view.end - view.start < 600 ? 1 : 0;
    const shown = byId('window').textContent = `${clock(view.start, digits)} – ${clock(view.end, digits)}`;
    byId('printed').textContent = `Face ${view.face.id}, ${view.series ? 'smoothed' : 'raw'}, ${shown}`;
    this.readout.show(view, this.hover ?? time);
    this.updateLabels();
    this.boxes.draw(time, view.face);
  }

  updateLabels() {
    const {view, timeline} = this;
    const part = `of face ${view.face.id}, ${view.series ? 'smoothed' : 'raw'}, from ${clock(view.start)} to ${clock(view.end)}`;
    byId('stack').setAttribute('aria-label', 'Expression probabilities, stacked, ' + part);
    byId('curves').setAttribute('aria-label', 'Expression probabilities as curves, ' + part);
    byId('units').setAttribute('aria-label', 'Action unit probabilities as a heat map, ' + part);
    const slider = byId('overview');
    slider.setAttribute('aria-valuemin', timeline.first.toFixed(3));
    slider.setAttribute('aria-valuemax', timeline.end.toFixed(3));
    slider.setAttribute('aria-valuenow', this.time.toFixed(3));
    const i = timeline.rowAt(view.face, this.time, view.series);
    const expression = i < 0 ? MISSING : view.face.label(view.series, i);
    slider.setAttribute('aria-valuetext',
      clock(this.time) + ', ' + (expression === MISSING ? 'no reading' : timeline.document.expressions[expression]));
  }

  // Controls, pointers, keys

  prepareControls() {
    const select = byId('face');
    this.timeline.faces.forEach((face, i) => {
      select.append(element('option', {value: i}, `${face.id} (${plural(face.rows, 'row')})`));
    });
    select.disabled = this.timeline.faces.length < 2;
    if (this.timeline.faces.length > OVERVIEW_ROWS) {
      byId('overview-note').prepend(`${OVERVIEW_ROWS} of ${this.timeline.faces.length} faces; `);
    }
    select.addEventListener('change', () => this.setFace(Number(select.value)));
    byId('smoothed').addEventListener('click', () => this.setSeries(1));
    byId('raw').addEventListener('click', () => this.setSeries(0));
    byId('zoom-in').addEventListener('click', () => this.zoom(0.5));
    byId('zoom-out').addEventListener('click', () => this.zoom(2));
    byId('zoom-fit').addEventListener('click', () => this.fit());
    byId('keys-open').addEventListener('click', () => byId('keys').showModal());
    byId('legend').append(...this.timeline.document.expressions.map((name, k) => {
      const chip = element('button', {type: 'button', class: 'chip', 'aria-pressed': true}, swatch(k), name);
      chip.addEventListener('click', () => {
        this.view.hidden[k] = !this.view.hidden[k];
        chip.setAttribute('aria-pressed', !this.view.hidden[k]);
        this.charts.draw();
      });
      return chip;
    }));
  }

  /** The time under a pointer on a chart. */
  timeAt(mark, event) {
    const area = mark.graph.getArea();
    const [start, end] = mark.chart.id === 'overview'
      ? [this.timeline.first, this.timeline.end] : [this.view.start, this.view.end];
    const x = event.clientX - mark.chart.getBoundingClientRect().left - area.x;
    return start + Math.min(Math.max(x / area.w, 0), 1) * (end - start);
  }

  listenToPointers() {
    for (const mark of this.marks) {
      const {chart} = mark;
      const isOverview = chart.id === 'overview';
      const pointers = new Map();
      let pinch = 0, from = null;
      chart.addEventListener('pointerdown', event => {
        if (event.button !== 0) return;
        chart.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, event);
        pinch = 0;
        from = {time: this.timeAt(mark, event), x: event.clientX, start: this.view.start, end: this.view.end, moved: false};
        if (isOverview) {
          const zoomed = this.view.end - this.view.start < (this.timeline.end - this.timeline.first) * 0.999;
          from.moves = zoomed && from.time > this.view.start && from.time < this.view.end;
        } else {
          this.seek(from.time);
        }
      });
      chart.addEventListener('pointermove', event => {
        const time = this.timeAt(mark, event);
        if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event);
        if (pointers.size === 2) {
          const [a, b] = [...pointers.values()];
          const distance = Math.abs(a.clientX - b.clientX) + 1;
          if (pinch && !isOverview) this.zoom(pinch / distance, (this.timeAt(mark, a) + this.timeAt(mark, b)) / 2);
          pinch = distance;
        } else if (pointers.size === 1 && from) {
          from.moved ||= Math.abs(event.clientX - from.x) > 3;
          if (!isOverview) this.seek(time);
          else if (from.moved && from.moves) this.setWindow(from.start + time - from.time, from.end + time - from.time);
          else if (from.moved) this.setWindow(Math.min(from.time, time), Math.max(from.time, time));
        }
        this.hover = event.pointerType === 'touch' || this.player.playing ? null : time;
        this.showTip(mark, event, time);
        this.update();
      });
      const release = event => {
        if (pointers.delete(event.pointerId) && from && !from.moved && isOverview && event.type === 'pointerup') {
          this.chooseFaceAt(mark, event);
          this.seek(from.time, true);
        }
        if (!pointers.size) from = null;
        pinch = 0;
      };
      chart.addEventListener('pointerup', release);
      chart.addEventListener('pointercancel', release);
      chart.addEventListener('pointerleave', () => {
        this.hover = null;
        byId('tip').hidden = true;
        this.update();
      });
      chart.addEventListener('dblclick', () => this.fit());
      chart.addEventListener('wheel', event => {
        const width = this.view.end - this.view.start;
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          this.zoom(Math.exp(event.deltaY * (event.deltaMode ? 0.05 : 0.004)), this.timeAt(mark, event));
        } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          event.preventDefault();
          this.pan(event.deltaX / mark.graph.getArea().w * width);
        }
      }, {passive: false});
    }
  }

  chooseFaceAt(mark, event) {
    const area = mark.graph.getArea();
    const y = event.clientY - mark.chart.getBoundingClientRect().top - area.y;
    const row = Math.floor(y / area.h * this.charts.shownFaces.length);
    if (row in this.charts.shownFaces) this.setFace(this.charts.shownFaces[row]);
  }

  showTip(mark, event, time) {
    const tip = byId('tip');
    const {view, timeline} = this;
    const area = mark.graph.getArea();
    let face = view.face;
    const y = event.clientY - mark.chart.getBoundingClientRect().top - area.y;
    if (mark.chart.id === 'overview') {
      const row = Math.floor(y / area.h * this.charts.shownFaces.length);
      face = timeline.faces[this.charts.shownFaces[row]] ?? face;
    }
    const i = timeline.rowAt(face, time, view.series);
    const score = k => face.levels[(view.series * CHANNELS + k) * face.rows + i];
    const lines = [];
    if (i < 0) {
      lines.push('no reading');
    } else if (mark.chart.id === 'units') {
      const u = Math.min(Math.max(Math.floor(y / area.h * 12), 0), 11);
      const unit = timeline.document.units[u];
      lines.push(`${unit.name} ${decimals(score(8 + u))}`, unit.meaning);
    } else {
      // The one that the table states comes first, whatever the scores.
      const first = face.label(view.series, i);
      const order = [0, 1, 2, 3, 4, 5, 6, 7].filter(k => score(k) !== MISSING)
        .sort((a, b) => (b === first) - (a === first) || score(b) - score(a));
      for (const k of order.slice(0, mark.chart.id === 'overview' ? 1 : 3)) {
        lines.push(element('span', {}, swatch(k), `${timeline.document.expressions[k]} ${decimals(score(k))}`));
      }
    }
    const heading = mark.chart.id === 'overview' ? `${clock(time)} · face ${face.id}` : clock(time);
    tip.replaceChildren(element('strong', {}, heading), ...lines.map(l => element('div', {}, l)));
    tip.hidden = event.pointerType === 'touch';
    const box = byId('timelines').getBoundingClientRect();
    const x = event.clientX - box.left;
    tip.style.left = (x > box.width - 190 ? x - tip.offsetWidth - 14 : x + 14) + 'px';
    tip.style.top = event.clientY - box.top + 14 + 'px';
  }

  key(event) {
    const target = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || byId('keys').open) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    const isButton = /^(BUTTON|SUMMARY|A)$/.test(target.tagName);
    const faces = this.timeline.faces;
    const face = faces.indexOf(this.view.face);
    const actions = {
      ArrowLeft: () => this.seek(this.time - (event.shiftKey ? 10 : 1), true),
      ArrowRight: () => this.seek(this.time + (event.shiftKey ? 10 : 1), true),
      ',': () => this.stepFrames(-1), '.': () => this.stepFrames(1),
      Home: () => this.seek(this.timeline.first, true),
      End: () => this.seek(this.timeline.frameTimes[this.timeline.frameTimes.length - 1], true),
      ' ': isButton || !this.player.isVideo ? null : () => this.player.toggle(),
      '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2), '0': () => this.fit(),
      s: () => this.setSeries(1 - this.view.series),
      '[': () => this.setFace((face + faces.length - 1) % faces.length),
      ']': () => this.setFace((face + 1) % faces.length),
      '?': () => byId('keys').showModal(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }
}

const page = new Page();

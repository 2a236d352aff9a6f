'use strict';
// The charts: dygraphs draws the axes, the stacked areas and the curves. It has no heat map and no strip of categories, so
// those two are painted into its canvas, below its grid, through underlayCallback.

const GUTTER = 46;
const OVERVIEW_ROWS = 8;

/** The colours of the style sheet as the theme now has them. */
function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const value = name => style.getPropertyValue(name).trim();
  const rgb = text => [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
  const scale = [0, 1, 2, 3, 4].map(i => rgb(value('--scale-' + i)));
  const ramp = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const position = level / 255 * (scale.length - 1);
    const i = Math.min(Math.floor(position), scale.length - 2);
    for (let k = 0; k < 3; k++) {
      ramp[3 * level + k] = Math.round(scale[i][k] + (scale[i + 1][k] - scale[i][k]) * (position - i));
    }
  }
  const expressions = [0, 1, 2, 3, 4, 5, 6, 7].map(i => value('--expression-' + i));
  return {
    expressions, expressionRGB: expressions.map(rgb), ramp,
    line: value('--line'), ink: value('--muted'), empty: value('--empty'), surface: value('--surface'), surfaceRGB: rgb(value('--surface')),
  };
}

/** Ticks at round times: at steps that a clock has. */
function timeTicks(start, end, pixels) {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];
  const rough = (end - start) / Math.max(2, Math.floor(pixels / 80));
  const step = steps.find(s => s >= rough) || Math.ceil(rough / 21600) * 21600;
  const decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  const ticks = [];
  for (let k = Math.ceil(start / step - 1e-9); k * step <= end + 1e-9; k++) {
    ticks.push({v: k * step, label: clock(k * step, decimals)});
  }
  return ticks;
}

/** Paints the ground that shows where there is no reading: diagonal strokes, which no score has. */
function paintEmpty(context, area, theme) {
  context.save();
  context.beginPath();
  context.rect(area.x, area.y, area.w, area.h);
  context.clip();
  context.strokeStyle = theme.empty;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = area.x - area.h; x < area.x + area.w; x += 7) {
    context.moveTo(x, area.y + area.h);
    context.lineTo(x + area.h, area.y);
  }
  context.stroke();
  context.restore();
}

/** Paints an image of `columns` by `rows` cells into a rectangle; `colour(cell)` gives an index into RGB triples. */
function paintCells(context, x, y, width, height, columns, rows, cells, colours) {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === MISSING) continue;
    const c = 3 * cells[i];
    image.data[4 * i] = colours[c];
    image.data[4 * i + 1] = colours[c + 1];
    image.data[4 * i + 2] = colours[c + 2];
    image.data[4 * i + 3] = 255;
  }
  const buffer = document.createElement('canvas');
  buffer.width = columns;
  buffer.height = rows;
  buffer.getContext('2d').putImageData(image, 0, 0);
  context.save();
  context.imageSmoothingEnabled = false;
  context.drawImage(buffer, x, y, width, height);
  context.restore();
}

/** A face's name where there is little room. */
function faceLabel(id) { return id < 100 ? 'Face ' + id : String(id); }

class Charts {
  /** `view` has what is shown: face, series, start, end, hidden. */
  constructor(timeline, view) {
    this.timeline = timeline;
    this.view = view;
    this.theme = readTheme();
    this.labels = ['time', ...timeline.document.expressions];
    this.stack = this.make('stack', 112, {
      file: this.rows(false), stackedGraph: true, stackedGraphNaNFill: 'none', fillGraph: true, fillAlpha: 1,
      strokeWidth: 0.5, labels: this.labels, valueRange: [0, 1.0001], axes: {x: {drawAxis: false}, y: this.probabilityAxis()},
      underlayCallback: (context, area) => paintEmpty(context, area, this.theme),
    });
    this.curves = this.make('curves', 190, {
      file: this.rows(true), labels: this.labels, strokeWidth: 1.5, valueRange: [-0.02, 1.02],
      axes: {x: this.timeAxis(), y: this.probabilityAxis()},
    });
    this.units = this.make('units', 12 * 19 + 22, {
      file: this.corners(), labels: ['time', 'units'], valueRange: [0, 12], plotter: () => {},
      axes: {x: this.timeAxis(), y: this.categoryAxis(() => timeline.document.units.map(u => u.name + (u.isWeak ? '?' : '')), 12)},
      underlayCallback: (context, area) => this.paintUnits(context, area),
    });
    this.shownFaces = this.largestFaces();
    const rows = Math.max(this.shownFaces.length, 1);
    this.overview = this.make('overview', 20 * rows + 22, {
      file: this.corners(), labels: ['time', 'faces'], valueRange: [0, rows], plotter: () => {},
      dateWindow: [timeline.first, timeline.end],
      axes: {
        x: this.timeAxis(),
        y: this.categoryAxis(() => this.shownFaces.map(f => faceLabel(timeline.faces[f].id)), rows),
      },
      underlayCallback: (context, area) => this.paintOverview(context, area),
    });
    this.all = [this.stack, this.curves, this.units, this.overview];
    this.colour();
  }

  make(id, height, options) {
    const element = document.getElementById(id);
    element.style.height = height + 'px';
    const canvas = document.createElement('div');
    canvas.className = 'graph';
    element.append(canvas);
    return new Dygraph(canvas, options.file, {
      legend: 'never', showLabelsOnHighlight: false, highlightCircleSize: 0, interactionModel: {}, animatedZooms: false,
      dateWindow: [this.view.start, this.view.end], rightGap: 8, drawGapEdgePoints: false, connectSeparatedPoints: false,
      axisLabelFontSize: 11, axisTickSize: 4, xAxisHeight: 22, gridLinePattern: null, axisLineWidth: 1, ...options,
    });
  }

  timeAxis() {
    return {
      ticker: (start, end, pixels) => timeTicks(start, end, pixels), drawGrid: true, axisLabelWidth: 64, pixelsPerLabel: 80,
    };
  }

  probabilityAxis() {
    return {
      ticker: () => [0, 0.5, 1].map(v => ({v, label: String(v)})), axisLabelWidth: GUTTER, drawGrid: true,
    };
  }

  /** Rows with a name each, the first on top. */
  categoryAxis(names, count) {
    return {
      ticker: () => names().map((label, i) => ({v: count - i - 0.5, label})), axisLabelWidth: GUTTER, drawGrid: false,
    };
  }

  corners() { return [[this.timeline.first, NaN], [this.timeline.end, NaN]]; }

  rows(extremes) {
    const {face, series, start, end} = this.view;
    const slots = Math.max(100, Math.floor((document.getElementById('curves').clientWidth || 800) - GUTTER));
    return this.timeline.expressionRows(face, series, start, end, extremes ? slots >> 1 : slots, extremes);
  }

  /** The faces that the overview has a row for: the ones with the most rows, and the one that is shown. */
  largestFaces() {
    const faces = this.timeline.faces.map((face, i) => i);
    const largest = faces.sort((a, b) => this.timeline.faces[b].rows - this.timeline.faces[a].rows).slice(0, OVERVIEW_ROWS);
    const chosen = this.timeline.faces.indexOf(this.view.face);
    if (!largest.includes(chosen)) largest[largest.length - 1] = chosen;
    return largest.sort((a, b) => this.timeline.faces[a].id - this.timeline.faces[b].id);
  }

  /** Draws what depends on the view again. */
  draw() {
    const dateWindow = [this.view.start, this.view.end];
    this.stack.updateOptions({file: this.rows(false), dateWindow});
    this.curves.updateOptions({file: this.rows(true), dateWindow, visibility: this.view.hidden.map(h => !h)});
    this.units.updateOptions({dateWindow});
  }

  drawOverview() {
    this.shownFaces = this.largestFaces();
    this.overview.updateOptions({});
  }

  /** Takes the colours from the style sheet again, as after a change of theme. */
  colour() {
    this.theme = readTheme();
    const common = {
      colors: this.theme.expressions, gridLineColor: this.theme.line, axisLineColor: this.theme.line,
    };
    for (const chart of [this.stack, this.curves]) chart.updateOptions(common, true);
    for (const chart of [this.units, this.overview]) chart.updateOptions({...common, colors: ['transparent']}, true);
    this.draw();
    this.drawOverview();
  }

  resize() {
    for (const chart of this.all) chart.resize();
    this.draw();
  }

  /** Draws for paper: as wide as that, and three dots to a pixel; or back for the screen. */
  print(isOnPaper) {
    for (const chart of this.all) chart.updateOptions({pixelRatio: isOnPaper ? 3 : null}, true);
    this.resize();
    this.colour();
  }

  paintUnits(context, area) {
    paintEmpty(context, area, this.theme);
    const {timeline, view} = this;
    const face = view.face;
    const columns = Math.max(1, Math.round(area.w));
    const [start, end] = [view.start, view.end];
    const scale = columns / (end - start);
    const cells = new Uint8Array(12 * columns).fill(MISSING);
    const channel = view.series * CHANNELS + 8;
    timeline.eachReading(face, channel, start, end, (i, until) => {
      const from = Math.max(0, Math.floor((face.times[i] - start) * scale));
      const to = Math.min(columns, Math.max(from + 1, Math.ceil((until - start) * scale)));
      for (let u = 0; u < 12; u++) {
        const level = face.levels[(channel + u) * face.rows + i];
        // The highest of a column counts: a short activation must not vanish.
        for (let x = from; x < to; x++) {
          const cell = u * columns + x;
          if (cells[cell] === MISSING || cells[cell] < level) cells[cell] = level;
        }
      }
    });
    const max = timeline.document.levels;
    for (let i = 0; i < cells.length; i++) if (cells[i] !== MISSING) cells[i] = Math.round(height(cells[i], max) * 254);
    paintCells(context, area.x, area.y, area.w, area.h, columns, 12, cells, this.theme.ramp);
    this.paintSeparators(context, area, 12);
  }

  paintOverview(context, area) {
    paintEmpty(context, area, this.theme);
    const {timeline, view} = this;
    const columns = Math.max(1, Math.round(area.w));
    const scale = columns / (timeline.end - timeline.first);
    const {expressionRGB, surfaceRGB} = this.theme;
    // A guess has the colour of its expression, half way to the ground.
    const pale = expressionRGB.map(rgb => rgb.map((v, c) => (v + surfaceRGB[c]) >> 1));
    const colours = [...expressionRGB, ...pale].flat();
    const height = area.h / Math.max(this.shownFaces.length, 1);
    this.shownFaces.forEach((index, row) => {
      const face = timeline.faces[index];
      const time = new Float32Array(16 * columns);
      timeline.eachReading(face, view.series * CHANNELS, timeline.first, timeline.end, (i, until) => {
        const label = face.label(view.series, i);
        if (label === MISSING) return;
        const cell = label + (timeline.uncertainty(face, view.series, i) > GUESS ? 8 : 0);
        const from = Math.max(0, Math.floor((face.times[i] - timeline.first) * scale));
        const to = Math.min(columns, Math.max(from + 1, Math.ceil((until - timeline.first) * scale)));
        for (let x = from; x < to; x++) time[16 * x + cell] += until - face.times[i] + 1e-6;
      });
      // The expression that fills most of a column.
      const cells = new Uint8Array(columns).fill(MISSING);
      for (let x = 0; x < columns; x++) {
        let best = 0;
        for (let k = 0; k < 16; k++) if (time[16 * x + k] > best) { best = time[16 * x + k]; cells[x] = k; }
      }
      paintCells(context, area.x, area.y + row * height, area.w, height, columns, 1, cells, colours);
    });
    this.paintSeparators(context, area, this.shownFaces.length);
  }

  paintSeparators(context, area, rows) {
    context.fillStyle = this.theme.surface;
    for (let i = 1; i < rows; i++) context.fillRect(area.x, area.y + i * area.h / rows - 1, area.w, 2);
  }
}

'use strict';
// The rows of the table, from the blocks in the page: RowPacker.swift says how they are laid out.

const NO_FACE = 0xFFFFFFFF;
const NO_BOX = -32768;
const MISSING = 255;
/** An expression with more uncertainty than this is shown pale: it is a guess. */
const GUESS = 0.6;
const CHANNELS = 20;  // 8 expressions and 12 action units, raw and then smoothed

function bytesOfBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The two decimals of a probability: RowPacker.swift rounds levels down, so that these are the table's. */
function decimals(level) { return level === MISSING ? '–' : (((level + 1) >> 1) / 100).toFixed(2); }

/** Where in its step a probability is drawn: in the middle, but for the ends. */
function height(level, levels) { return level === 0 ? 0 : Math.min((level + 0.5) / levels, 1); }

/** One face: its rows in order, a channel after the other, so that a chart reads memory straight. */
class Face {
  constructor(summary) {
    const rows = summary.rows;
    this.id = summary.id;
    this.summary = summary;
    this.rows = rows;
    this.filled = 0;
    this.times = new Float64Array(rows);
    this.frames = new Uint32Array(rows);
    this.status = new Uint8Array(rows);
    this.boxes = new Int16Array(4 * rows);
    this.levels = new Uint8Array(2 * CHANNELS * rows);
    /** The expression that the table states, or 255; raw, then smoothed. */
    this.labels = new Uint8Array(2 * rows);
    /** The action units that are active, a bit for each; raw, then smoothed. */
    this.active = new Uint16Array(2 * rows);
  }

  take(bytes, view, at, frame, time) {
    const i = this.filled++;
    this.times[i] = time;
    this.frames[i] = frame;
    this.status[i] = bytes[at + 4] & 0x7F;
    for (let k = 0; k < 4; k++) this.boxes[4 * i + k] = view.getInt16(at + 6 + 2 * k, true);
    for (let c = 0; c < 2 * CHANNELS; c++) this.levels[c * this.rows + i] = bytes[at + 14 + c];
    for (let series = 0; series < 2; series++) {
      this.labels[series * this.rows + i] = bytes[at + 54 + series];
      this.active[series * this.rows + i] = view.getUint16(at + 56 + 2 * series, true);
    }
  }

  /** The row at or before `time`, or -1. */
  indexBefore(time) {
    let low = 0, high = this.rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= time) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  /** What the table calls the expression in row `i`, or 255. `series`: 0 raw, 1 smoothed. */
  label(series, i) { return this.labels[series * this.rows + i]; }

  /** Whether the table has action unit `u` active in row `i`. */
  isActive(series, i, u) { return (this.active[series * this.rows + i] >> u & 1) === 1; }
}

/** The whole table. */
class Timeline {
  constructor(root) {
    this.document = JSON.parse(root.getElementById('document').textContent);
    const {table, faces} = this.document;
    this.faces = faces.map(face => new Face(face));
    this.frameTimes = new Float64Array(table.frames);
    /** What the table calls each frame: from 1, and from more where a part of a video was read. */
    this.frameNumbers = new Uint32Array(table.frames);
    /** Why a frame has no face, or 255 for one that has. */
    this.frameStatus = new Uint8Array(table.frames).fill(MISSING);
    let frame = -1;
    let frames = 0;
    for (const block of root.querySelectorAll('script.rows')) {
      frame = this.decode(block, frame, frames);
      frames += Number(block.dataset.frames);
      block.remove();
    }
    const n = table.frames;
    this.first = n ? this.frameTimes[0] : 0;
    const last = n ? this.frameTimes[n - 1] : 0;
    /** How long the last frame lasts: as long as the one before. */
    this.step = (n > 1 ? last - this.frameTimes[n - 2] : 0) || 1 / 30;
    this.end = Math.max(last + this.step, this.first + 1e-3);
    this.gap = this.document.gapMaximum;
  }

  decode(block, frame, frames) {
    const bytes = bytesOfBase64(block.textContent);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const begun = Number(block.dataset.frames);
    for (let i = 0; i < begun; i++) {
      this.frameTimes[frames + i] = view.getFloat64(8 * i, true);
      this.frameNumbers[frames + i] = view.getUint32(8 * begun + 4 * i, true);
    }
    const size = this.document.recordSize;
    const rows = Number(block.dataset.rows);
    for (let row = 0, at = 12 * begun; row < rows; row++, at += size) {
      if (bytes[at + 4] & 0x80) frame++;
      const face = view.getUint32(at, true);
      if (face === NO_FACE) this.frameStatus[frame] = bytes[at + 4] & 0x7F;
      else this.faces[face].take(bytes, view, at, frame, this.frameTimes[frame]);
    }
    return frame;
  }

  /** When the frame of a face's row ends. */
  frameEnd(face, i) {
    const next = face.frames[i] + 1;
    return next < this.frameTimes.length ? this.frameTimes[next] : this.end;
  }

  /** Whether a reading at `i` holds until one at `j`: as SeriesSummary.swift counts. */
  continues(face, i, j) {
    return face.times[j] <= Math.max(this.frameEnd(face, i), face.times[i] + this.gap + 1e-9);
  }

  /** The position of the frame shown at `time`. */
  frameAt(time) {
    let low = 0, high = this.frameTimes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.frameTimes[middle] <= time) low = middle + 1; else high = middle;
    }
    return Math.max(low - 1, 0);
  }

  /** How unsure the expression of row `i` is, from 0 to 1: the entropy of its eight probabilities over its maximum. */
  uncertainty(face, series, i) {
    let entropy = 0;
    for (let k = 0; k < 8; k++) {
      const level = face.levels[(series * CHANNELS + k) * face.rows + i];
      if (level === MISSING) return 0;
      const p = level / this.document.levels;
      if (p > 0) entropy -= p * Math.log(p);
    }
    return entropy / Math.log(8);
  }

  /** The row of `face` that is there at `time`, or -1. `series` counts only rows with a reading; nil counts all. */
  rowAt(face, time, series) {
    let i = face.indexBefore(time);
    const here = i;
    if (series !== undefined) {
      const a = series * CHANNELS * face.rows, b = (series * CHANNELS + 8) * face.rows;
      while (i >= 0 && face.levels[a + i] === MISSING && face.levels[b + i] === MISSING) i--;
    }
    if (i < 0) return -1;
    if (time < this.frameEnd(face, i)) return i;
    let j = here + 1;
    if (series !== undefined) {
      const a = series * CHANNELS * face.rows, b = (series * CHANNELS + 8) * face.rows;
      while (j < face.rows && face.levels[a + j] === MISSING && face.levels[b + j] === MISSING) j++;
    }
    return j < face.rows && this.continues(face, i, j) ? i : -1;
  }

  /** The rows of `face` from the last before `start` to the first after `end`: [from, to). */
  rowsBetween(face, start, end) {
    return [Math.max(face.indexBefore(start), 0), Math.min(face.indexBefore(end) + 2, face.rows)];
  }

  /** Calls `body(i, end)` for each reading of channel `c` in `face` that falls into a time, with when it ends. */
  eachReading(face, c, start, end, body) {
    const [from, to] = this.rowsBetween(face, start, end);
    const base = c * face.rows;
    let last = -1;
    for (let i = from; i < to; i++) {
      if (face.levels[base + i] === MISSING) continue;
      if (last >= 0) body(last, this.continues(face, last, i) ? face.times[i] : this.frameEnd(face, last));
      last = i;
    }
    if (last >= 0) body(last, this.frameEnd(face, last));
  }

  /**
   * Rows for a chart of the eight expressions: [time, 8 values], with a row of NaN in a gap.
   *
   * Where there are more readings than a chart has room for, those of a slot become one row with their means, which add
   * up to 1, or with `extremes` two rows with their lowest and highest values, so that no spike is lost.
   */
  expressionRows(face, series, start, end, slots, extremes) {
    const rows = [];
    const n = face.rows;
    const base = series * CHANNELS * n;
    const levels = face.levels;
    const of = Array.from({length: 256}, (_, level) => height(level, this.document.levels));
    const [from, to] = this.rowsBetween(face, start, end);
    const width = (end - start) / slots;
    const grouped = to - from > 2 * slots;
    const low = new Float64Array(8), high = new Float64Array(8), sum = new Float64Array(8);
    let count = 0, slot = 0, time = 0;
    const flush = () => {
      if (count === 0) return;
      if (extremes && count === 1) {
        rows.push([time, ...sum]);
      } else if (extremes) {
        rows.push([time, ...low], [time + width / 2, ...high]);
      } else {
        const whole = sum.reduce((a, b) => a + b);
        rows.push([time, ...sum.map(v => v / whole)]);
      }
      count = 0;
    };
    const hold = until => {
      // A reading is there until it ends; without this the last of a run would have no width.
      const row = rows[rows.length - 1];
      if (row && until > row[0]) rows.push([until, ...row.slice(1)]);
    };
    let last = -1;
    for (let i = from; i < to; i++) {
      if (levels[base + i] === MISSING) continue;
      const at = Math.floor((face.times[i] - start) / width);
      const isApart = last >= 0 && !this.continues(face, last, i);
      if (count > 0 && (!grouped || at !== slot || (isApart && face.times[i] - face.times[last] > width))) flush();
      if (isApart && count === 0) {
        hold(this.frameEnd(face, last));
        rows.push([rows[rows.length - 1][0] + 1e-6, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
      }
      if (count === 0) {
        slot = at;
        time = face.times[i];
        low.fill(Infinity); high.fill(-Infinity); sum.fill(0);
      }
      count++;
      for (let k = 0; k < 8; k++) {
        const v = of[levels[base + k * n + i]];
        if (v < low[k]) low[k] = v;
        if (v > high[k]) high[k] = v;
        sum[k] += v;
      }
      last = i;
    }
    flush();
    if (last >= 0) hold(this.frameEnd(face, last));
    if (!rows.length) rows.push([start, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
    return rows;
  }
}

/** `seconds` as 0:07.50 or 1:02:07.50. */
function clock(seconds, decimals = 2) {
  const sign = seconds < 0 ? '−' : '';
  const scale = 10 ** decimals;
  const ticks = Math.round(Math.abs(seconds) * scale);
  const whole = Math.floor(ticks / scale);
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
  const fraction = decimals ? '.' + String(ticks % scale).padStart(decimals, '0') : '';
  const two = n => String(n).padStart(2, '0');
  return sign + (h ? h + ':' + two(m) : m) + ':' + two(s) + fraction;
}

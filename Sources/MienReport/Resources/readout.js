'use strict';
// The scores at the cursor or under the pointer.

class Readout {
  constructor(timeline) {
    this.timeline = timeline;
    const {expressions, units, thresholds} = timeline.document;
    const row = (name, title, k) => {
      const made = {bar: element('i'), value: element('span', {class: 'value'})};
      const bar = element('span', {class: 'bar'}, made.bar);
      made.item = element('li', {title}, element('span', {class: 'name'}, ...(k < 8 ? [swatch(k)] : []), name), bar, made.value);
      if (k < 8) {
        made.bar.style.background = `var(--expression-${k})`;
      } else {
        const mark = element('b');
        mark.style.left = 100 * thresholds[k - 8] + '%';
        bar.append(mark);
      }
      return made;
    };
    this.rows = [
      ...expressions.map((name, k) => row(name, null, k)),
      ...units.map((u, k) => row(u.name, `${u.meaning}; active from ${thresholds[k]}${u.isWeak ? '; weak' : ''}`, 8 + k)),
    ];
    byId('readout-expressions').append(...this.rows.slice(0, 8).map(r => r.item));
    byId('readout-units').append(...this.rows.slice(8).map(r => r.item));
    units.forEach((u, k) => this.rows[8 + k].item.classList.toggle('weak', u.isWeak));
  }

  /** Shows what `view`'s face shows at `time`. */
  show(view, time) {
    const {timeline} = this;
    const face = view.face;
    const i = timeline.rowAt(face, time, view.series);
    byId('readout-time').textContent = clock(time);
    const frame = timeline.frameAt(time + 1e-4);
    const there = timeline.rowAt(face, time);
    const statuses = timeline.document.statuses;
    const code = there >= 0 ? face.status[there] : timeline.frameStatus[frame];
    const what = code === MISSING ? 'not in this frame' : code === 0 ? '' : statuses[code].replace('_', ' ');
    byId('readout-status').textContent = `face ${face.id} · frame ${timeline.frameNumbers[frame]}` + (what ? ' · ' + what : '');
    const n = face.rows;
    const isGuess = i >= 0 && timeline.uncertainty(face, view.series, i) > GUESS;
    byId('readout-expressions').classList.toggle('guess', isGuess);
    this.rows.forEach((row, k) => {
      const level = i < 0 ? MISSING : face.levels[(view.series * CHANNELS + k) * n + i];
      row.bar.style.transform = `scaleX(${level === MISSING ? 0 : height(level, timeline.document.levels)})`;
      row.value.textContent = decimals(level);
      row.item.classList.toggle(
        'on', i >= 0 && (k < 8 ? face.label(view.series, i) === k : face.isActive(view.series, i, k - 8)));
    });
  }
}

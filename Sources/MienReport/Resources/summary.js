'use strict';
// The tables below the charts. Their figures were computed from the table itself when the page was made.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'class') made.className = value; else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

function swatch(k) {
  const made = element('i', {class: 'swatch'});
  made.style.background = `var(--expression-${k})`;
  return made;
}

function percent(share) {
  if (share === null || share === undefined) return '–';
  const value = 100 * share;
  return (value > 0 && value < 0.1 ? '< 0.1' : value.toFixed(1)) + ' %';
}

function span(seconds) {
  return seconds >= 60 ? clock(seconds, 1) : seconds.toFixed(seconds < 10 ? 2 : 1) + ' s';
}

/** What a share is of. No time passes in a still image. */
function extent(seconds, readings) {
  return seconds > 0 ? span(seconds) + ' with readings' : plural(readings, 'reading');
}

function plural(count, one, many = one + 's') {
  return count.toLocaleString('en') + ' ' + (count === 1 ? one : many);
}

function shareBar(share, colour) {
  const bar = element('span', {class: 'bar'}, element('i'));
  bar.firstChild.style.width = 100 * (share || 0) + '%';
  if (colour) bar.firstChild.style.background = colour;
  return bar;
}

class Summary {
  constructor(timeline, seek) {
    this.timeline = timeline;
    this.document = timeline.document;
    this.seek = seek;
    this.labels = [...this.document.expressions, ...this.document.units.map(u => u.name)];
    this.prepareEvents();
  }

  show(face, series) {
    this.series = face.summary[series ? 'smoothed' : 'raw'];
    this.showExpressions();
    this.showUnits();
    this.showGeometry(face.summary.geometry);
    this.shown = 100;
    this.showEvents();
  }

  showExpressions() {
    const {activities, expressionSeconds, expressionReadings} = this.series;
    const share = document.getElementById('share');
    share.replaceChildren(...activities.slice(0, 8).map((a, k) => {
      const part = element('i');
      part.style.flexGrow = a.share || 0;
      part.hidden = !a.share;
      part.style.background = `var(--expression-${k})`;
      return part;
    }));
    const rows = this.document.expressions.map((name, k) => {
      const a = activities[k];
      return element('tr', {},
        element('th', {scope: 'row'}, swatch(k), name),
        element('td', {class: 'wide'}, shareBar(a.share, `var(--expression-${k})`)),
        element('td', {}, percent(a.share)), element('td', {}, a.mean === null || a.mean === undefined ? '–' : a.mean.toFixed(2)),
        element('td', {}, a.count ? span(a.longest) : '–'));
    });
    this.fill('expression-table', `Most probable expression, of ${extent(expressionSeconds, expressionReadings)}`,
      ['expression', '', 'share of time', 'mean probability', 'longest'], rows);
  }

  showUnits() {
    const {activities, unitSeconds, unitReadings} = this.series;
    const rows = this.document.units.map((unit, u) => {
      const a = activities[8 + u];
      return element('tr', {class: unit.isWeak && 'weak'},
        element('th', {scope: 'row', title: `active from ${this.document.thresholds[u]}`}, unit.name, ' ', element('small', {}, unit.meaning + (unit.isWeak ? ' (weak)' : ''))),
        element('td', {class: 'wide'}, shareBar(a.share)), element('td', {}, percent(a.share)),
        element('td', {class: 'spare'}, span(a.seconds)), element('td', {}, a.count.toLocaleString('en')),
        element('td', {}, a.count ? span(a.longest) : '–'));
    });
    const thresholds = new Set(this.document.thresholds);
    const from = thresholds.size === 1 ? `a probability of ${[...thresholds][0]}` : "the model's threshold of each unit";
    this.fill('unit-table', `Active from ${from}, of ${extent(unitSeconds, unitReadings)}`,
      ['action unit', '', 'share of time', 'time on', 'times', 'longest'], rows);
  }

  showGeometry(geometry) {
    document.getElementById('geometry').hidden = !geometry;
    if (!geometry) return;
    const number = (value, unit) => value === undefined ? '–' : value.toFixed(1) + ' ' + unit;
    const facts = [
      ['Blinks', `${geometry.blinks.toLocaleString('en')}, ${number(geometry.blinkRate, 'a minute')}`],
      ['Head movement', number(geometry.headSpeed, 'degrees a second')],
      ['Looking at the camera', `${percent(geometry.atCamera)} of the time with a gaze (within 15 degrees)`],
      ['Talking', `${percent(geometry.talking)} of the time`],
      ['Quality', `${geometry.quality.toFixed(2)} on average`],
    ];
    document.getElementById('geometry-list').replaceChildren(
      ...facts.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));
  }

  fill(id, caption, heads, rows) {
    document.getElementById(id).replaceChildren(
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...heads.map(h => element(h ? 'th' : 'td', h ? {scope: 'col', class: h === 'time on' && 'spare'} : {class: 'wide'}, h)))),
      element('tbody', {}, ...rows));
  }

  prepareEvents() {
    const kind = document.getElementById('event-kind');
    const group = (label, from, names) => element('optgroup', {label}, ...names.map((n, i) => element('option', {value: from + i}, n)));
    kind.append(
      element('option', {value: 'all'}, 'all but neutral'), element('option', {value: 'expressions'}, 'expressions but neutral'),
      element('option', {value: 'units'}, 'action units'),
      group('Expressions', 0, this.document.expressions), group('Action units', 8, this.document.units.map(u => u.name)));
    const seconds = document.getElementById('event-seconds');
    seconds.min = this.document.minimumEvent;
    seconds.value = this.document.minimumEvent;
    const again = () => { this.shown = 100; this.showEvents(); };
    kind.addEventListener('change', again);
    seconds.addEventListener('input', again);
    document.getElementById('event-more').addEventListener('click', () => { this.shown += 200; this.showEvents(); });
  }

  /** Whether label `k` is an action unit that the model grades as weak. */
  isWeak(k) { return k >= 8 && this.document.units[k - 8].isWeak; }

  showEvents(isOnPaper = false) {
    const kind = document.getElementById('event-kind').value;
    const least = Math.max(Number(document.getElementById('event-seconds').value) || 0, this.document.minimumEvent);
    const wanted = {
      all: k => k !== 0 && !this.isWeak(k), expressions: k => k > 0 && k < 8, units: k => k >= 8 && !this.isWeak(k),
    }[kind] || (k => k === Number(kind));
    const events = this.series.events.filter(([k, start, end]) => wanted(k) && end - start >= least - 1e-6);
    document.getElementById('event-count').textContent =
      `${plural(events.length, 'event')} of ${least} s or longer` + (events.length && !isOnPaper ? '; choose one to go to it' : '');
    document.getElementById('event-list').replaceChildren(...events.slice(0, this.shown).map(event => this.eventRow(event)));
    document.getElementById('event-more').hidden = events.length <= this.shown;
  }

  /** On paper there is nothing to scroll: all events are listed. */
  print(isOnPaper) {
    const shown = this.shown;
    if (isOnPaper) this.shown = Infinity;
    this.showEvents(isOnPaper);
    this.shown = shown;
  }

  eventRow([k, start, end, peak]) {
    const button = element('button', {type: 'button'},
      element('span', {class: 'what'}, k < 8 ? swatch(k) : element('i', {class: 'swatch unit'}), this.labels[k]),
      element('span', {}, clock(start)), element('span', {}, span(end - start)),
      element('span', {}, 'peak ' + peak.toFixed(2)));
    button.addEventListener('click', () => this.seek(start));
    return element('li', {}, button);
  }
}

/** What the header and the last two cards say. */
function describe(timeline) {
  const {table, faces, run, model, notes, title} = timeline.document;
  const facts = [plural(faces.length, 'face'), plural(table.frames, 'frame')];
  if (table.frames > 1) facts.push(clock(table.last - table.first + timeline.step, 1));
  if (table.name !== title) facts.push(table.name);
  if (run) facts.push('model ' + run.model.name);
  document.getElementById('facts').textContent = facts.join(' · ');

  const limits = [
    'An expression is what a face looks like in a frame, as a model judges it; it is not what a person feels.',
    'Scores depend on light, angle, size and covering of the face, and can be off more for some groups of people than for others.',
    ...(model ? model.limits : []), ...notes, ...(run ? run.warnings : []),
  ];
  const weak = timeline.document.units.filter(u => u.isWeak).map(u => u.name);
  if (weak.length) {
    limits.push(`The model grades ${weak.join(' and ')} as weak: its scores agree too little with people or with faces whose ` +
      'action units are known. They are shown pale, and events leave them out unless they are chosen.');
  }
  limits.push(`An expression whose probabilities are spread out (uncertainty above ${GUESS}) is a guess, and shown pale.`);
  if (run && run.ended_early) limits.push('The video ended before its end: ' + run.ended_early);
  if (run && run.interrupted) limits.push('The run was interrupted: the table may lack rows.');
  if (table.untimedFrames) {
    limits.push(`${plural(table.untimedFrames, 'frame')} without a time of their own are shown at the time of the one before.`);
  }
  limits.push(`Hatched areas have no reading. A reading holds until the next if that comes within ${timeline.gap} s. ` +
    'Scores are drawn in steps of 0.005; labels, events and figures are those of the table itself.');
  document.getElementById('limits').append(...limits.map(text => element('li', {}, text)));

  const rows = [['Table', `${table.name}, ${plural(table.rows, 'row')}, ${plural(table.frames, 'frame')}`]];
  const status = Object.entries(table.status).filter(([, count]) => count).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  if (status.length) rows.push(['Rows by status', status.join(', ')]);
  if (run) {
    rows.push(['Input', run.input.path]);
    const v = run.video;
    if (v) rows.push(['Video', `${v.width} × ${v.height}, ${v.codec}` + (v.average_rate ? `, ${v.average_rate.toFixed(2)} frames/s` : '') + `, times from ${v.time_source}`]);
    rows.push(['mien', run.mien]);
    for (const [key, value] of Object.entries(run.options).sort()) {
      if (value !== null) rows.push(['--' + key, String(value)]);
    }
    rows.push(['Model', run.model.name + (run.model.path ? `, ${run.model.path}` : ', built in')]);
    if (run.model.sha256) rows.push(['Model SHA-256', run.model.sha256]);
    if (run.created) rows.push(['Made', run.created]);
  }
  if (model) {
    for (const [key, value] of Object.entries(model.provenance).sort()) rows.push(['Model: ' + key.replaceAll('_', ' '), value]);
    if (model.licence) rows.push(['Model: licence', model.licence]);
  }
  document.getElementById('run').append(...rows.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));
}

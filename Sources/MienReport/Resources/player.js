'use strict';
// The video, and the boxes of the faces over it.

const byId = id => document.getElementById(id);

/** The video, if there is one and the browser plays it; seeking waits for the seek before it. */
class Player {
  constructor(media, moved) {
    this.moved = moved;
    this.start = media ? media.start : 0;
    this.wanted = null;
    this.isVideo = Boolean(media) && !media.type.startsWith('image/');
    this.element = null;
    if (!media) return;
    byId('stage').hidden = false;
    this.element = element(this.isVideo ? 'video' : 'img', this.isVideo
      ? {controls: true, playsinline: true, preload: 'auto', 'aria-label': media.name} : {alt: media.name});
    this.element.muted = true;
    const pieces = [...document.querySelectorAll('script.media')];
    if (pieces.length) {
      const blob = new Blob(pieces.map(p => bytesOfBase64(p.textContent)), {type: media.type});
      this.element.src = URL.createObjectURL(blob);
      for (const piece of pieces) piece.remove();
    } else {
      this.element.src = media.address;
    }
    byId('screen').prepend(this.element);
    this.element.addEventListener('error', () => this.fail(media));
    if (this.isVideo) this.listen(media);
  }

  get playing() { return this.isVideo && !this.element.paused && !this.element.ended; }

  fail(media) {
    const problem = byId('media-problem');
    problem.hidden = false;
    const isLinked = media.address !== undefined && media.address !== null;
    problem.textContent = (media.obstacle
      ? `This browser does not show ${media.name}: not every browser plays ${media.obstacle}. ` +
        'mien report --embed puts a copy into the page that they all play.'
      : isLinked ? `${media.name} cannot be shown: it is not at ${media.address} beside this page, or is damaged.`
        : `This browser cannot show ${media.name}.`) + ' The timelines work without it.';
    byId('screen').hidden = true;
    this.isVideo = false;
  }

  listen(media) {
    const video = this.element;
    const report = () => { if (this.wanted === null && !video.seeking) this.moved(video.currentTime - this.start); };
    const tick = () => {
      report();
      if (this.playing) this.next(tick);
    };
    video.addEventListener('play', () => { this.wanted = null; this.next(tick); });
    video.addEventListener('seeking', () => {
      // The video's own controls move it too.
      if (this.wanted === null && Math.abs(video.currentTime - (this.asked ?? -1)) > 0.002) this.moved(video.currentTime - this.start);
    });
    video.addEventListener('seeked', () => {
      if (this.wanted === null) return;
      const time = this.wanted;
      this.wanted = null;
      this.seek(time);
    });
    video.addEventListener('loadeddata', () => this.moved(null));
    // Of a video whose picture it does not know a browser plays the sound.
    video.addEventListener('loadedmetadata', () => { if (!video.videoWidth) this.fail(media); });
  }

  next(tick) {
    if (this.element.requestVideoFrameCallback) this.element.requestVideoFrameCallback(tick);
    else requestAnimationFrame(tick);
  }

  seek(time) {
    if (!this.isVideo) return;
    if (this.element.seeking) { this.wanted = time; return; }
    // A hair later than the frame begins, so that rounding does not show the one before.
    this.asked = time + this.start + 0.001;
    this.element.currentTime = this.asked;
  }

  toggle() {
    if (!this.isVideo) return;
    if (this.playing) this.element.pause(); else this.element.play().catch(() => {});
  }
}

/** The boxes of the faces over the picture. */
class Boxes {
  constructor(timeline, player) {
    this.timeline = timeline;
    this.player = player;
  }

  /** Draws the faces that are there at `time`; `chosen` is the one the timelines show. */
  draw(time, chosen) {
    const canvas = byId('boxes');
    const picture = this.player.element;
    if (!picture || byId('screen').hidden) return;
    const natural = [picture.videoWidth || picture.naturalWidth, picture.videoHeight || picture.naturalHeight];
    const {clientWidth: width, clientHeight: height} = picture;
    if (!natural[0] || !width) return;
    const density = devicePixelRatio || 1;
    canvas.width = width * density;
    canvas.height = height * density;
    canvas.style.cssText = `left:${picture.offsetLeft}px;top:${picture.offsetTop}px;width:${width}px;height:${height}px`;
    const context = canvas.getContext('2d');
    context.scale(density, density);
    const fit = Math.min(width / natural[0], height / natural[1]);
    const shown = [natural[0] * fit, natural[1] * fit];
    const video = this.timeline.document.run?.video;
    const pixels = video ? [video.width, video.height] : natural;
    // A browser that stretches the picture stretches the boxes; one that leaves it lying is not followed.
    const isTurned = Math.abs(Math.log(natural[0] / natural[1] * pixels[0] / pixels[1])) < 0.05
      && Math.abs(Math.log(natural[0] / natural[1])) > 0.1;
    byId('picture-turned').hidden = !isTurned;
    if (isTurned) return;
    const scale = [shown[0] / pixels[0], shown[1] / pixels[1]];
    const origin = [(width - shown[0]) / 2, (height - shown[1]) / 2];
    for (const face of this.timeline.faces) {
      const i = this.timeline.rowAt(face, time + 1e-4);
      if (i < 0 || face.boxes[4 * i] === NO_BOX) continue;
      const [x, y, w, h] = face.boxes.subarray(4 * i, 4 * i + 4);
      this.drawBox(context, origin[0] + x * scale[0], origin[1] + y * scale[1], w * scale[0], h * scale[1], face, face === chosen);
    }
  }

  drawBox(context, x, y, width, height, face, isChosen) {
    context.lineWidth = isChosen ? 2 : 1.5;
    context.strokeStyle = 'rgb(0 0 0 / .55)';
    context.strokeRect(x - 1.5, y - 1.5, width + 3, height + 3);
    context.strokeStyle = isChosen ? '#fff' : 'rgb(255 255 255 / .7)';
    context.strokeRect(x, y, width, height);
    const label = 'Face ' + face.id;
    context.font = '600 12px system-ui, sans-serif';
    const w = context.measureText(label).width + 10;
    const top = Math.max(y - 18, 0);
    context.fillStyle = isChosen ? '#fff' : 'rgb(255 255 255 / .75)';
    context.fillRect(x - 1, top, w, 18);
    context.fillStyle = '#111';
    context.fillText(label, x + 4, top + 13);
  }
}

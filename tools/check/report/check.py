#!/usr/bin/env python3
"""Open reports in a browser and use them as a person would.

    apt-get install chromium chromium-driver poppler-utils
    pip install -r tools/check/report/requirements.txt
    swift build -c release
    tools/check/report/check.py                    # says what it saw, and ends with 1 if something is wrong
    tools/check/report/check.py --keep out/report  # pages and pictures stay there
    MIEN=/usr/local/bin/mien tools/check/report/check.py   # another mien than that of the release build

The pages are opened from the disk with the network switched off: of the sample, linked and embedded, with names that try to
break out, without a face, of one row, of an empty table, of scores that are close to each other, of videos that browsers do
not play, and of an hour with three faces. They are looked at on wide and narrow screens, in both themes, and on paper.
"""

import argparse
import csv
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "samples/smile.mp4"


class Checks:
    def __init__(self, folder):
        self.folder = folder
        self.failures = 0
        self.mien_path = os.environ.get("MIEN", str(ROOT / ".build/release/mien"))

    def mien(self, *words):
        subprocess.run([self.mien_path, *map(str, words)], cwd=self.folder, check=True, capture_output=True)

    def expect(self, what, is_so, seen=""):
        self.failures += not is_so
        print(f"  {'ok  ' if is_so else 'FAIL'} {what}" + (f": {seen}" if seen != "" else ""))

    def opened(self, browser, name):
        print(name)
        seconds = browser.open(self.folder / name)
        time.sleep(1)
        self.expect("no message in the console", not browser.messages(), browser.messages() or "")
        return seconds

    def sample(self, browser, name):
        self.opened(browser, name)
        run = browser.run
        browser.wait("page.player.element.readyState >= 2")
        self.expect("the video is there", run("page.player.element.videoWidth") == 640)

        browser.click_at("curves", 0.5)
        browser.wait("!page.player.element.seeking")
        middle = run("page.time")
        self.expect("a click moves the cursor", abs(middle - 3.75) < 0.3, f"{middle:.2f} s")
        shown = run("page.player.element.currentTime")
        self.expect("and the video", abs(shown - middle) < 0.01, f"{shown:.2f} s")
        browser.drag("units", 0.2, 0.8)
        browser.wait("!page.player.element.seeking && page.player.wanted === null")
        self.expect("a drag scrubs", abs(run("page.time") - 6) < 0.3, f"{run('page.time'):.2f} s")
        self.expect("and the video follows", abs(run("page.player.element.currentTime - page.time")) < 0.01)

        browser.key("HOME")
        self.expect("Home", run("page.time") == 0)
        browser.key("ARROW_RIGHT")
        self.expect("right by a second", abs(run("page.time") - 1) < 1e-6)
        browser.key(".")
        browser.key(".")
        self.expect("two frames on", abs(run("page.time - page.timeline.frameTimes[25]")) < 1e-6, run("page.time"))
        browser.key(",")
        self.expect("a frame back", abs(run("page.time - page.timeline.frameTimes[24]")) < 1e-6)

        whole = run("page.view.end - page.view.start")
        browser.key("+")
        time.sleep(0.2)
        self.expect("+ zooms in", abs(run("page.view.end - page.view.start") - whole / 2) < 1e-6)
        self.expect("around the cursor", run("page.view.start <= page.time && page.time <= page.view.end"))
        browser.key("-")
        browser.key("-")
        self.expect("- zooms out, not past the ends", abs(run("page.view.end - page.view.start") - whole) < 1e-6)
        browser.wheel("stack", 0.5, -120)
        self.expect("Ctrl and the wheel zoom", run("page.view.end - page.view.start") < whole)
        browser.key("0")
        browser.drag("overview", 0.25, 0.5)
        self.expect("a drag in the overview chooses the part", abs(run("page.view.end - page.view.start") - whole / 4) < 0.2)
        browser.shot(self.folder / f"{name}-zoomed.png")
        browser.key("0")

        browser.click("raw")
        self.expect("raw columns", run("page.view.series") == 0 and run("byId('raw').getAttribute('aria-pressed')") == "true")
        browser.key("s")
        self.expect("and back with s", run("page.view.series") == 1)
        browser.click_css("#legend button:nth-child(5)")
        self.expect("a curve goes away", run("page.charts.curves.visibility()[4]") is False)
        browser.click_css("#legend button:nth-child(5)")
        browser.click_css("#event-list li:nth-child(3) button")
        event = run("page.summary.series.events.filter(e => e[0])[2][1]")
        self.expect("an event goes to its time", abs(run("page.time") - event) < 1e-6)
        browser.hover("units", 0.5)
        self.expect("the pointer shows values", run("!byId('tip').hidden && byId('tip').textContent.includes('AU')"))
        browser.click("keys-open")
        self.expect("the keys are listed", run("byId('keys').open"))
        browser.key("ESCAPE")

        browser.key("HOME")
        browser.key(" ")
        time.sleep(1.5)
        self.expect("Space plays", run("page.player.playing") and run("page.time") > 0.2, run("page.time"))
        browser.hover("units", 0.9)
        time.sleep(0.8)
        follows = run("byId('readout-time').textContent === clock(page.time) && page.player.playing")
        self.expect("values follow the video while the pointer rests", follows)
        browser.key(" ")
        time.sleep(0.2)
        self.expect("and pauses", not run("page.player.playing"))
        self.expect("values stay with the video", run("byId('readout-time').textContent === clock(page.time)"))
        stops = browser.tab_stops(40)
        missing = {"smoothed", "raw", "zoom-in", "overview", "event-kind"} - set(stops)
        self.expect("Tab reaches the controls", not missing, missing or "")
        self.expect("no message in the console", not browser.messages())

    def agreement(self, browser):
        """Every row of a table of close scores: its labels, its two decimals, its active units, and its events."""
        self.opened(browser, "close.html")
        with open(self.folder / "close.csv") as file:
            rows = list(csv.DictReader(file))
        expressions = browser.run("page.timeline.document.expressions")
        units = browser.run("page.timeline.document.units.map(u => u.name)")
        for series, prefix in ((0, ""), (1, "s_")):
            browser.run(f"page.setSeries({series})")
            seen = browser.run("""[...page.timeline.frameTimes].map(time => {
                page.seek(time + 1e-4);
                const items = page.readout.rows;
                const area = page.charts.stack.getArea();
                page.showTip(page.marks[0], {clientX: area.x, clientY: 0, pointerType: 'mouse'}, time + 1e-4);
                return [items.map(r => r.value.textContent), items.map(r => r.item.classList.contains('on')),
                    byId('tip').querySelector('div').textContent, byId('overview').getAttribute('aria-valuetext')];
            })""")
            events = [e for e in browser.run("page.summary.series.events") if e[0] < 8]
            wrong = []
            for row, (values, on, tip, said) in zip(rows, seen, strict=True):
                names = [prefix + name for name in expressions] + [prefix + (u.lower() if prefix else u) for u in units]
                label = row[prefix + "expression"]
                rounded = [f"{(int(row[n].replace('.', '')) + 5000) // 10000 / 100:.2f}" for n in names]
                active = [float(row[n]) >= 0.5 for n in names[8:]]
                at = float(row["timestamp"]) + 1e-4
                event = [expressions[int(k)] for k, start, end, _ in events if start <= at < end]
                if values != rounded or on[8:] != active or [expressions[k] for k in range(8) if on[k]] != [label] \
                        or not tip.startswith(label) or not said.endswith(label) or event != [label]:
                    wrong.append((row["frame"], label, values, on, tip, said, event))
            self.expect(f"{'smoothed' if series else 'raw'}: nothing contradicts the table", not wrong, wrong[:1] or len(rows))

    def unplayable(self, browser):
        for name, (_, obstacle, plays) in VIDEOS.items():
            self.opened_quietly(browser, f"{name}.html")
            browser.wait("page.player.element.readyState >= 1 || !byId('media-problem').hidden")
            said = browser.run("byId('media-problem').hidden ? '' : byId('media-problem').textContent")
            self.expect("says why there is no picture" if not plays else "plays here", (obstacle in said) != plays, said)
            self.opened(browser, f"{name}-embedded.html")
            browser.wait("page.player.element.readyState >= 2")
            browser.run("page.stepFrames(40)")
            browser.wait("!page.player.element.seeking && page.player.wanted === null")
            self.expect("embedded it is there", browser.run("page.player.element.videoWidth") > 0)
            shown = browser.run("page.player.element.currentTime - page.player.start - page.timeline.frameTimes[40]")
            self.expect("at the time of the table", 0 <= shown < 0.01, shown)

    def opened_quietly(self, browser, name):
        print(name)
        browser.open(self.folder / name)
        time.sleep(1)
        browser.messages()

    def late(self, browser):
        """Sound begins half a second before the picture."""
        self.opened(browser, "late.html")
        browser.wait("page.player.element.readyState >= 2")
        browser.run("page.seek(1)")
        browser.wait("!page.player.element.seeking")
        shown = browser.run("page.player.element.currentTime")
        self.expect("second 1 of the table is second 1.5 of the file", abs(shown - 1.5) < 0.01, shown)

    def paper(self, name):
        for dark in (False, True):
            with Browser(1600, 1000, dark) as browser:
                browser.open(self.folder / name)
                time.sleep(1)
                for paper, width, height in (("A4", 8.27, 11.69), ("Letter", 8.5, 11)):
                    pdf = self.folder / f"{name}-{paper}-{'dark' if dark else 'light'}.pdf"
                    browser.print(pdf, width, height)
                    self.on_paper(pdf, browser)
                self.expect("the screen is as before", browser.run("!document.documentElement.classList.contains('print')"))

    def on_paper(self, pdf, browser):
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
        events = browser.run("page.summary.series.events.filter(e => e[0] !== 0).length")
        parts = ["Overview", "Action units over the whole table", "How to read this", "Model SHA-256", "AU26"]
        missing = [part for part in parts if part not in text]
        self.expect(f"{pdf.name}: all parts", not missing, missing or "")
        self.expect("all events", text.count("peak ") == events, text.count("peak "))
        subprocess.run(["pdftoppm", "-r", "50", pdf, pdf.with_suffix("")], check=True)
        colours = set()
        for page in sorted(self.folder.glob(pdf.stem + "-*.ppm")):
            data = page.read_bytes()
            width, height = map(int, data.split(b"\n", 3)[1].split())
            picture = np.frombuffer(data[-3 * width * height:], np.uint8).reshape(height, width, 3)
            page.unlink()
            margin = int(0.4 * 50)
            edges = [picture[:, :margin], picture[:, -margin:], picture[:margin], picture[-margin:]]
            self.expect("the margins are white", all((edge == 255).all() for edge in edges))
            flat = picture.reshape(-1, 3).astype(int)
            colours |= {tuple(c) for c in flat[np.ptp(flat, axis=1) > 60] // 32}
        self.expect("in colour", len(colours) > 20, len(colours))

    def hour(self, browser):
        seconds = self.opened(browser, "hour.html")
        self.expect("opens within 5 s", seconds < 5, f"{seconds:.1f} s")
        draws = []
        for step in range(12):
            draws.append(browser.run(f"""(() => {{
                const start = performance.now();
                page.view.start = 100 * {step}; page.view.end = 100 * {step} + 3600 / 2 ** {step};
                page.charts.draw(); page.update();
                return performance.now() - start; }})()"""))
        self.expect("a zoom takes less than 100 ms", statistics.median(draws) < 100, f"{statistics.median(draws):.0f} ms")
        browser.key("]")
        self.expect("the next face", browser.run("page.view.face.id") == 1)
        browser.shot(self.folder / "hour.png")

    def looks(self, name):
        for width, height in ((390, 844), (820, 1180), (1600, 1000)):
            for dark in (False, True):
                with Browser(width, height, dark) as browser:
                    browser.open(self.folder / name)
                    time.sleep(1.5)
                    browser.run("page.seek(5)")
                    time.sleep(0.5)
                    excess = browser.run("document.documentElement.scrollWidth - innerWidth")
                    self.expect(f"{width} wide, {'dark' if dark else 'light'}: nothing sticks out", excess <= 0, excess)
                    browser.shot(self.folder / f"{name}-{width}-{'dark' if dark else 'light'}.png")


# How ffmpeg makes each, what mien says of it, and whether Chromium plays it all the same.
VIDEOS = {
    "hevc": ("-c:v libx265 -x265-params log-level=none -tag:v hvc1 hevc.mp4", "HEVC", False),
    "prores": ("-c:v prores_ks prores.mov", "ProRes", False),
    "mjpeg": ("-c:v mjpeg -q:v 4 -c:a pcm_s16le mjpeg.avi", "Motion JPEG", False),
    "mpeg2": ("-c:v mpeg2video -r 25 mpeg2.mpg", "MPEG-2", False),
    "tenbit": ("-c:v libx264 -pix_fmt yuv420p10le tenbit.mp4", "yuv420p10le", True),
    "stream": ("-c copy stream.ts", "transport stream", False),
}


def close_table(path, header):
    """Scores that differ by millionths, around each other, thresholds and halves of a hundredth; labels at random."""
    draw = random.Random(5)
    names = header[header.index("neutral"):header.index("expression")]
    def scores(count, around):
        return [f"{draw.choice(around) + draw.randint(-4, 4) * 1e-6:.6f}" for _ in range(count)]
    with open(path, "w") as file:
        file.write(",".join(header) + "\n")
        for frame in range(1, 301):
            cells = [str(frame), "0", f"{frame / 25:.6f}", "0.9", "1", str(frame), "ok", "1", "2", "3", "4"]
            for _ in range(2):
                cells += scores(8, draw.choice([[0.125], [0.115, 0.12], [0.1225]])) + [draw.choice(names)]
                cells += scores(12, [0.5, 0.495, 0.005, 0.995])
            file.write(",".join(cells) + "\n")


def make(checks):
    folder = checks.folder
    shutil.copy(SAMPLE, folder / "smile.mp4")
    checks.mien("annotate", "smile.mp4", "-y")
    checks.mien("report", "smile.csv", "-y")
    checks.mien("report", "smile.csv", "--embed", "-o", "embedded.html", "-y")
    evil = "a<img src=x onerror=alert(1)> & 'b' #1.mp4"
    shutil.copy(SAMPLE, folder / evil)
    checks.mien("annotate", evil, "-t", "1", "-o", "evil.csv", "-y")
    checks.mien("report", "evil.csv", "-y")
    lines = (folder / "smile.csv").read_text().splitlines()
    bare = ",".join(["1", "-1", "0.000000", "", "0", "0", "no_face"] + [""] * 46)
    for name, rows in (("empty", []), ("faceless", [bare]), ("one", lines[1:2])):
        (folder / f"{name}.csv").write_text("\n".join([lines[0], *rows]) + "\n")
        checks.mien("report", f"{name}.csv", "-y")
    close_table(folder / "close.csv", lines[0].split(","))
    checks.mien("report", "close.csv", "-y", "--min-event", "0")
    sound = "-f lavfi -i sine=d=4 -i smile.mp4 -t 4"
    for name, (options, _, _) in VIDEOS.items():
        run(folder, f"{sound} {options}")
        clip = options.split()[-1]
        checks.mien("annotate", clip, "-y", "-o", f"{name}.csv")
        checks.mien("report", f"{name}.csv", "-y")
        checks.mien("report", f"{name}.csv", "-y", "--embed", "-o", f"{name}-embedded.html")
    run(folder, "-f lavfi -i sine=d=4 -itsoffset 0.5 -i smile.mp4 -t 4 -map 0 -map 1 -c:v copy late.mp4")
    checks.mien("annotate", "late.mp4", "-y")
    checks.mien("report", "late.csv", "-y")
    subprocess.run([sys.executable, ROOT / "tools/check/report/table.py", folder / "hour.csv"], check=True)
    start = time.monotonic()
    checks.mien("report", "hour.csv", "-y")
    seconds = time.monotonic() - start
    checks.expect("an hour of three faces is made within 3 s", seconds < 3, f"{seconds:.1f} s")


def run(folder, words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words.split()], cwd=folder, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=pathlib.Path, help="the folder for pages and pictures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or pathlib.Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        checks = Checks(folder)
        make(checks)
        with Browser(1600, 1000) as browser:
            checks.sample(browser, "smile.html")
            checks.sample(browser, "embedded.html")
            checks.opened(browser, "evil.html")
            checks.expect("the name is text", "onerror" in browser.run("document.querySelector('h1').textContent"))
            checks.expect("its video is there", browser.run("page.player.element.videoWidth") == 640)
            for name, notice in (("empty", "no rows"), ("faceless", "no face"), ("one", "")):
                checks.opened(browser, f"{name}.html")
                said = browser.run("document.getElementById('notice')?.textContent ?? ''")
                checks.expect("says what there is not", notice in said if notice else said == "", said)
                browser.shot(folder / f"{name}.png")
            checks.agreement(browser)
            checks.unplayable(browser)
            checks.late(browser)
            checks.hour(browser)
        print("looks")
        checks.looks("smile.html")
        print("paper")
        checks.paper("smile.html")
    print(f"{checks.failures} failures")
    sys.exit(checks.failures > 0)


if __name__ == "__main__":
    main()

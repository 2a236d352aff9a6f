#!/usr/bin/env python3
"""Open reports in a browser and use them as a person would.

    apt-get install chromium chromium-driver
    pip install -r tools/check_report/requirements.txt
    swift build -c release
    tools/check_report/check.py                    # says what it saw, and ends with 1 if something is wrong
    tools/check_report/check.py --keep out/report  # pages and pictures stay there

The pages are opened from the disk with the network switched off: of the sample, linked and embedded, with names that try to
break out, without a face, of one row, of an empty table, and of an hour with three faces.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples/smile.mp4"


class Checks:
    def __init__(self, folder):
        self.folder = folder
        self.failures = 0
        self.mien_path = str(ROOT / ".build/release/mien")

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
        browser.key(" ")
        self.expect("and pauses", not run("page.player.playing"))
        stops = browser.tab_stops(40)
        missing = {"smoothed", "raw", "zoom-in", "overview", "event-kind"} - set(stops)
        self.expect("Tab reaches the controls", not missing, missing or "")
        self.expect("no message in the console", not browser.messages())

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
    subprocess.run([sys.executable, ROOT / "tools/check_report/table.py", folder / "hour.csv"], check=True)
    start = time.monotonic()
    checks.mien("report", "hour.csv", "-y")
    seconds = time.monotonic() - start
    checks.expect("an hour of three faces is made within 3 s", seconds < 3, f"{seconds:.1f} s")


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
            checks.hour(browser)
        print("looks")
        checks.looks("smile.html")
    print(f"{checks.failures} failures")
    sys.exit(checks.failures > 0)


if __name__ == "__main__":
    main()

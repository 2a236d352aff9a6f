#!/usr/bin/env python3
"""Make docs/report.png: the report of the sample at the second that the picture is to show.

    apt-get install chromium chromium-driver
    pip install -r tools/check/report/requirements.txt
    swift build -c release
    tools/check/report/picture.py docs/report.png --at 7
    MIEN=/usr/local/bin/mien tools/check/report/picture.py docs/report.png   # another mien than that of the release build
"""

import argparse
import base64
import os
import pathlib
import subprocess
import tempfile
import time

from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--at", type=float, default=7, help="the second of the sample")
    parser.add_argument("--model", help="a model folder; without it the built-in one")
    options = parser.parse_args()
    mien = os.environ.get("MIEN", str(ROOT / ".build/release/mien"))
    with tempfile.TemporaryDirectory() as temporary, Browser(1280, 1000) as browser:
        folder = pathlib.Path(temporary)
        (folder / "smile.mp4").symlink_to(ROOT / "samples/smile.mp4")
        model = ["--model", os.path.abspath(options.model)] if options.model else []
        for words in (["annotate", "smile.mp4", *model], ["report", "smile.csv"]):
            subprocess.run([mien, *words, "-q"], cwd=folder, check=True)
        browser.open(folder / "smile.html")
        browser.wait("page.player.element.readyState >= 2")
        browser.run(f"page.seek({options.at})")
        browser.wait("!page.player.element.seeking")
        time.sleep(1)
        clip = {"x": 0, "y": 0, "width": 1280, "height": 1000, "scale": 1}
        picture = browser.command("Page.captureScreenshot", format="png", clip=clip)
        options.picture.write_bytes(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()

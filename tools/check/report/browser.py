"""A headless Chromium with the network switched off, and what a person does with a page."""

import base64
import time

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service


class Browser:
    def __init__(self, width, height, dark=False):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={width},{height}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        # A headless window has a least width; the page must believe in a phone's.
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self.command("Network.enable")
        self.command("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, path):
        start = time.monotonic()
        self.driver.get(path.as_uri())
        return time.monotonic() - start

    def run(self, expression):
        return self.driver.execute_script("return " + expression.strip())

    def wait(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not self.run(condition):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def messages(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def point(self, chart, fraction):
        """The middle of a chart's height at a fraction of its plot's width, from the middle of its element."""
        element = self.driver.find_element(By.ID, chart)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        x, y = self.run(
            f"(() => {{ const a = page.charts['{chart}'].getArea(), e = document.getElementById('{chart}');"
            f"return [a.x + {fraction} * a.w - e.clientWidth / 2, a.y + a.h / 2 - e.clientHeight / 2]; }})()"
        )
        return element, round(x), round(y)

    def click_at(self, chart, fraction):
        ActionChains(self.driver).move_to_element_with_offset(*self.point(chart, fraction)).click().perform()

    def hover(self, chart, fraction):
        ActionChains(self.driver).move_to_element_with_offset(*self.point(chart, fraction)).perform()

    def drag(self, chart, start, end):
        actions = ActionChains(self.driver)
        actions.move_to_element_with_offset(*self.point(chart, start)).click_and_hold()
        for step in range(1, 9):
            actions.move_to_element_with_offset(*self.point(chart, start + (end - start) * step / 8))
        actions.release().perform()
        time.sleep(0.2)

    def wheel(self, chart, fraction, amount):
        element, x, y = self.point(chart, fraction)
        self.driver.execute_script(
            "const b = arguments[0].getBoundingClientRect();"
            "arguments[0].dispatchEvent(new WheelEvent('wheel', {deltaY: arguments[3], ctrlKey: true, cancelable: true,"
            "clientX: b.left + b.width / 2 + arguments[1], clientY: b.top + b.height / 2 + arguments[2]}))",
            element, x, y, amount,
        )
        time.sleep(0.2)

    def click(self, name):
        self.click_css("#" + name)

    def click_css(self, selector):
        element = self.driver.find_element(By.CSS_SELECTOR, selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def key(self, name):
        ActionChains(self.driver).send_keys(getattr(Keys, name, name)).perform()

    def tab_stops(self, count):
        self.run("document.activeElement.blur()")
        stops = []
        for _ in range(count):
            self.key("TAB")
            stops.append(self.run("document.activeElement.id"))
        return stops

    def print(self, path, width, height):
        """The page on paper of this size in inches, without asking for backgrounds, as the browser's dialogue does."""
        paper = self.command("Page.printToPDF", paperWidth=width, paperHeight=height, printBackground=False)
        path.write_bytes(base64.b64decode(paper["data"]))

    def shot(self, path):
        width, height = self.run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        picture = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(picture["data"]))

"""What is compared: peers in processes of their own, and mien."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from messages import Failure, last_line

HERE = Path(__file__).parent
# Seconds: long enough to measure, and nothing next to a turn.
MOMENT = 0.04


def cpu_seconds(pid):
    """What the threads of a process have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Engine:
    """One process as long as this object, warm and asleep between requests: it answers a line with a line of JSON."""

    def __init__(self, words, log):
        self.log = log
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            self.warm_up()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            ending = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
            said = self.log.read_text(errors="replace")
            raise Failure(f"{ending}: {last_line(said)} ({self.log})" if said else ending)
        return json.loads(line)

    def ask(self, request):
        with suppress(BrokenPipeError):  # answer() says why
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self.answer()

    def cpu_seconds(self):
        # One that has died has used nothing; its own turn will tell.
        return cpu_seconds(self.process.pid) if self.process.poll() is None else 0

    def close(self):
        with suppress(BrokenPipeError):  # it may have died with a request on its way
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Peer(Engine):
    """Another engine."""

    def __init__(self, engine, path, batch, side, threads, log):
        engine = engine.removesuffix("-int8")
        super().__init__([sys.executable, HERE / "worker.py", engine, path, batch, side, threads], log)

    def warm_up(self):
        self.answer()

    def measure(self, seconds):
        return self.ask({"measure": seconds})["images_per_second"]


class Mien(Engine):
    """Our encoder."""

    def __init__(self, options, precision, folder, batch, log):
        words = [options.mien, "bench", "encoder", "--turns", "--model", folder, "--batch", batch]
        words += ["--precision", precision, "--threads", options.threads]
        super().__init__([*words, *(["--isa", options.isa] if options.isa else [])], log)

    def warm_up(self):
        self.measure(0.001)

    def measure(self, seconds):
        return self.ask(seconds)["images_per_second"]


def run(words):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if result.returncode:
        raise Failure(last_line(result.stderr))
    return result.stdout


def missing_precision(binary, precision):
    """Why mien cannot compute in this precision; None if it can."""
    try:
        run([binary, "bench", "encoder", "--batch", 1, "--seconds", 0.01, "--precision", precision, "--json"])
    except Failure as failure:
        return str(failure)
    return None


class Peak:
    """What the cores could do at most. Nothing is measured, and `why` says why, if the program cannot be built or run here."""

    def __init__(self, folder, threads, isa):
        """`isa` is what the engines are kept to, or None."""
        self.isa = isa
        self.program, self.threads, self.why = folder / "peak", threads, None
        self.most_now = None
        try:
            self.build()
            self.measure(0.05)
            self.now()
        except Failure as failure:
            self.why = str(failure)

    def build(self):
        for compiler in ("clang", "cc", "gcc"):
            try:
                result = subprocess.run(
                    [compiler, "-O2", "-pthread", "-o", self.program, HERE / "peak.c"], capture_output=True, text=True)
            except FileNotFoundError:
                continue
            if result.returncode:
                raise Failure(f"{compiler}: peak.c: {last_line(result.stderr)}")
            return
        raise Failure("no C compiler: clang, cc or gcc")

    def measure(self, seconds):
        """fp32, int8 (the fastest instructions of each, in 10^9 operations a second) and read (10^9 bytes a second)."""
        rates = json.loads(run([self.program, self.threads, seconds]))
        if self.isa:
            for kind in ("fp32", "int8"):
                rates[kind] = {self.isa: rates[kind][self.isa]}
        return rates

    def now(self):
        """What multiply-adds between registers reach in this moment, in 10^9 operations a second; None if that cannot be measured.
        `most_now` is the most it has been."""
        if self.why:
            return None
        rate = json.loads(run([self.program, self.threads, MOMENT, "registers"]))
        self.most_now = max(rate, self.most_now or 0)
        return rate

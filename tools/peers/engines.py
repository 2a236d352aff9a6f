"""What is compared: peers in processes of their own, and mien."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from messages import Failure, last_line

HERE = Path(__file__).parent


def cpu_seconds(pid):
    """What the threads of a process have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Peer:
    """Another engine: one process as long as this object, warm and asleep between requests."""

    def __init__(self, engine, path, batch, side, threads, log):
        self.log = log
        words = [sys.executable, HERE / "worker.py", engine.removesuffix("-int8"), path, batch, side, threads]
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            self.answer()
        except BaseException:
            self.close()
            raise

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            ending = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
            said = self.log.read_text(errors="replace")
            raise Failure(f"{ending}: {last_line(said)} ({self.log})" if said else ending)
        return json.loads(line)

    def ask(self, **request):
        with suppress(BrokenPipeError):  # answer() says why
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self.answer()

    def measure(self, seconds):
        return self.ask(measure=seconds)["images_per_second"]

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


class Mien:
    """Our encoder: a process for each measurement, which warms up by itself and leaves nothing behind."""

    def __init__(self, binary, precision, folder, batch, threads, isa):
        self.words = [binary, "bench", "encoder", "--model", folder, "--batch", batch, "--precision", precision]
        self.words += ["--threads", threads, "--json", *(["--isa", isa] if isa else [])]

    def measure(self, seconds):
        return json.loads(run([*self.words, "--seconds", seconds]))["images_per_second"]

    def cpu_seconds(self):
        return 0

    def close(self):
        pass


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
        try:
            self.build()
            self.measure(0.05)
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

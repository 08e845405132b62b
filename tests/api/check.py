"""Tries the API against its own OpenAPI document: `make test-api`.

Starts the program with a small catalogue and clips of a second, and has schemathesis send it what the document allows and
what it does not. Every answer must be one that the document promises. Fails, too, if an operation was not tried or
never answered well: then nothing was shown. A failure is printed with the curl line that repeats it.

    python tests/api/check.py [PROGRAM]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXERCISES = ["push-ups", "air-squat", "plank", "jumping-jack", "hip-circles", "childs-pose"]
# Fewer requests than this mean that most of them were left out.
LEAST = 300


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = sys.argv[1] if len(sys.argv) > 1 else target / "debug" / "virtual-coach"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        furnish(folder)
        with serving(program, folder) as server:
            sys.exit(tried(server.address, folder))


def furnish(folder):
    """A catalogue of a few real exercises, each with the same clip of a second."""
    catalogue = json.loads((ROOT / "exercises.json").read_text())
    catalogue["exercises"] = [one for one in catalogue["exercises"] if one["id"] in EXERCISES]
    if len(catalogue["exercises"]) != len(EXERCISES):
        sys.exit(f"exercises.json lacks one of {EXERCISES}")
    for exercise in catalogue["exercises"]:
        exercise["video"] = "clip.mp4"
        exercise.pop("loop_range", None)
    (folder / "exercises.json").write_text(json.dumps(catalogue))
    (folder / "videos").mkdir()
    ffmpeg = os.environ.get("COACH_FFMPEG", "ffmpeg")
    source = "testsrc=size=320x180:rate=30:duration=1"
    encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    clip = [folder / "videos" / "clip.mp4"]
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", source, *encoder, *clip], check=True)


class serving:
    """The program, served at a port that the system chooses; killed at the end."""

    def __init__(self, program, folder):
        self.command = [program, "serve", "--bind", "127.0.0.1:0", "--prepare", "false", "--log", "warn"]
        self.folder = folder

    def __enter__(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COACH_")}
        for name in ("COACH_FFMPEG", "COACH_FFPROBE"):
            if name in os.environ:
                kept[name] = os.environ[name]
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, env=kept, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        said = self.process.stdout.readline()
        address = re.search(r"http://[0-9.]+:[0-9]+", said)
        if not address:
            sys.exit(f"the program says no address: {said!r}\n{(self.folder / 'log').read_text()}")
        self.address = address.group()
        self.wait()
        return self

    def wait(self):
        """Until the clips were looked at."""
        for _ in range(600):
            try:
                return urllib.request.urlopen(f"{self.address}/ready").close()
            except urllib.error.HTTPError as answer:
                told = answer.read().decode()
            time.sleep(0.1)
        sys.exit(f"the program does not become ready: {told}")

    def __exit__(self, *_):
        ended = self.process.poll()
        self.process.kill()
        self.process.wait()
        self.log.close()
        if ended is not None:
            print(f"the program ended with {ended}", file=sys.stderr)
        print((self.folder / "log").read_text()[-4000:], file=sys.stderr)


def tried(address, folder):
    document = json.load(urllib.request.urlopen(f"{address}/openapi.json"))
    (folder / "openapi.json").write_text(json.dumps(document))
    counts = folder / "counts.json"
    known = {
        "id": EXERCISES + ["Push-ups"],
        "token": [token(address, "480p"), token(address, "480p", show_timer=False)],
        "file": ["master.m3u8", "video.m3u8", "captions-en.m3u8"],
    }
    environment = {**os.environ, "API_TEST_KNOWN": json.dumps(known), "API_TEST_COUNTS": str(counts), "PYTHONPATH": str(HERE)}
    command = [
        Path(sys.executable).with_name("schemathesis"),
        *["--config-file", HERE / "schemathesis.toml"],
        *["run", folder / "openapi.json", "--url", address, "--no-color"],
        *os.environ.get("API_TEST_OPTIONS", "").split(),
    ]
    # In a folder of its own: it may leave files behind.
    code = subprocess.run(command, cwd=folder, env=environment).returncode
    return code or vacuous(document, json.loads(counts.read_text()))


def token(address, resolution, **config):
    """A link to a workout of some seconds, whose video can be asked for whole."""
    intervals = {"work_time": 2, "rest_time": 1, "get_ready": 0, "finish": 0}
    body = {"exercise_names": ["plank"], "config": {"resolution": resolution, "intervals": intervals, **config}}
    request = urllib.request.Request(
        f"{address}/api/workouts", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request))["token"]


def vacuous(document, counts):
    """1, with the reason, if the document was not tried as a whole."""
    labels = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    wrong = []
    for label in sorted(labels):
        statuses = counts.get(label, {})
        told = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        print(f"{label:60} {told}")
        if not any(status.startswith("2") for status in statuses):
            wrong.append(f"{label} never answered well")
    requests = sum(sum(statuses.values()) for statuses in counts.values())
    if set(counts) - labels or len(labels) < 19:
        wrong.append(f"the document has {len(labels)} operations, {sorted(set(counts) - labels)} are none of them")
    if requests < LEAST:
        wrong.append(f"only {requests} requests were sent")
    print(f"{requests} requests, {len(labels)} operations")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    main()

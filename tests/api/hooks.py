"""What schemathesis cannot know of this API: names that exist, and that a video of hours takes long.

Loaded by schemathesis (schemathesis.toml). Counts the answers of each operation for check.py.
"""

import atexit
import json
import os
from collections import defaultdict

import schemathesis

KNOWN = json.loads(os.environ["API_TEST_KNOWN"])
COUNTS = defaultdict(lambda: defaultdict(int))
# Their answers are whole videos, or lead to them; what else a config may say is tried with /api/plan.
VIDEOS = {"/api/generate-workout-video", "/api/workouts"}
SHORT = {"get_ready": 0, "finish": 0, "work_time": 1, "rest_time": 0, "round_rest_time": 0}


# A list or text of this length takes the generator minutes; tests/server sends longer ones.
LONGEST = 300


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leaves out the bounds that the generator would go to."""
    values = [raw_schema]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            for bound in ("maxItems", "maxLength"):
                if is_number(value.get(bound)) and value[bound] > LONGEST:
                    del value[bound]
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    for name, known in KNOWN.items():
        # Every other time: what does not exist is worth a try, too. By the value, so that each run is the same.
        if isinstance(parameters.get(name), str) and sum(parameters[name].encode()) % 2 == 0:
            parameters[name] = known[len(parameters[name]) % len(known)]
    if case.operation.path in VIDEOS:
        shorten(case.body)


def shorten(body):
    """Makes a video that would be made short and small; what is refused stays as it is."""
    if not isinstance(body, dict):
        return
    for exercise in body.get("exercises") or []:
        if isinstance(exercise, dict) and "work_time" in exercise and is_number(exercise["work_time"]):
            exercise["work_time"] = min(exercise["work_time"], 1)
    config = body.setdefault("config", {})
    if config is None:
        config = body["config"] = {}
    if not isinstance(config, dict):
        return
    for name, least in (("target_duration", 1), ("rounds", 1)):
        if name == "target_duration" or is_number(config.get(name)):
            config[name] = min(config[name], least) if is_number(config.get(name)) else config.get(name) or least
    if config.get("resolution") in (None, "720p", "1080p"):
        config["resolution"] = "480p"
    intervals = config.get("intervals")
    if isinstance(intervals, dict):
        for name, least in SHORT.items():
            if is_number(intervals.get(name)):
                intervals[name] = min(intervals[name], least)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@schemathesis.hook
def after_call(context, case, response):
    COUNTS[case.operation.label][str(response.status_code)] += 1


@atexit.register
def tell():
    with open(os.environ["API_TEST_COUNTS"], "w") as file:
        json.dump(COUNTS, file)

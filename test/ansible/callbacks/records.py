"""Prints what each task returned on each host as one JSON object, for the tests."""

import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: records
type: stdout
short_description: JSON for tests
description: Prints what each task returned on each host as one JSON object.
"""


class CallbackModule(CallbackBase):
    """A callback for stdout."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "records"

    def __init__(self):
        super().__init__()
        self.results = []

    def _record(self, result, how):
        answer = json.loads(self._dump_results(result._result))
        if "diff" in result._result:
            answer["diff"] = result._result["diff"]
        task, host = result._task.name, result._host.get_name()
        self.results.append({"task": task, "host": host, "how": how, "result": answer})

    def v2_runner_on_ok(self, result):
        self._record(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self._record(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._record(result, "unreachable")

    def v2_playbook_on_stats(self, stats):
        recaps = {host: stats.summarize(host) for host in stats.processed}
        self._display.display(json.dumps({"results": self.results, "stats": recaps}))

#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the tsntp contributors
# SPDX-License-Identifier: MIT

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: tsntp_sync
short_description: Set the clock of a host once from the network
description:
  - Runs C(tsntp sync) on the host. It measures the offset of the clock, and steps or slews the clock once.
  - In check mode it runs C(tsntp sync --dry-run), which needs no privilege and sets nothing.
  - Where root may not set the clock, as in most containers, the task is skipped, with the reason in C(msg).
version_added: 0.1.0
author:
  - The tsntp contributors (@OWNER)
requirements:
  - tsntp on the host, for example by the role C(tsntp.tsntp.sync)
options:
  servers:
    description:
      - The NTP servers. Four are best, because then a false one is outvoted.
      - By default those of C(/etc/tsntp.conf), C(chrony.conf), C(ntp.conf) or C(timesyncd.conf) on the host.
    type: list
    elements: str
    default: []
  change_threshold:
    description:
      - From which correction on the task reports a change, in seconds. A smaller correction is made, too.
    type: float
    default: 0.001
  arguments:
    description:
      - Further arguments of C(tsntp sync), one word each.
      - The task is one run with one report, so C(--every), C(--jitter) and C(--quiet) are refused. The variables C(TSNTP_EVERY),
        C(TSNTP_JITTER) and C(TSNTP_QUIET) of the host have no effect.
    type: list
    elements: str
    default: []
  executable:
    description:
      - The path of tsntp. By default it is looked for in C(PATH) and in C(/usr/local/bin).
    type: path
attributes:
  check_mode:
    description: Measures, and returns what would be done.
    support: full
  diff_mode:
    description: Returns the offset before and after.
    support: full
  platform:
    description: The systems that it runs on.
    support: full
    platforms: posix
seealso:
  - module: tsntp.tsntp.tsntp_info
"""

EXAMPLES = r"""
- name: Set the clock from the servers that the host knows
  tsntp.tsntp.tsntp_sync:
  become: true

- name: Set the clock from these servers, unless it is off by more than ten minutes
  tsntp.tsntp.tsntp_sync:
    servers:
      - ntp1.example
      - ntp2.example
      - ntp3.example
      - ntp4.example
    arguments:
      - --max-offset=10m
  become: true
"""

RETURN = r"""
result:
  description: How the run ended, as C(result) in the report of tsntp.
  returned: when tsntp printed a report
  type: str
  sample: adjusted
msg:
  description: The result in a sentence.
  returned: always
  type: str
offset:
  description: The correction that the clock needed, in seconds. Positive if the clock was behind.
  returned: when it was measured
  type: float
  sample: -299.998
bound:
  description: The true offset is within C(offset) ± this, in seconds.
  returned: when it was measured
  type: float
  sample: 0.0021
correction:
  description: What was done to the clock, or would be in check mode.
  returned: when it was decided
  type: dict
  sample: {"kind": "step", "offset": -299.998}
servers:
  description: Each server, with its verdict and what was measured.
  returned: when servers were queried
  type: list
  elements: dict
version:
  description: The version of tsntp.
  returned: when tsntp printed a report
  type: str
  sample: 0.1.0
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tsntp.tsntp.plugins.module_utils.tsntp import (
    find_tsntp,
    run_tsntp,
)

# Options with which a run does not end, or prints no report.
REFUSED = ("every", "jitter", "quiet")

DONE = ("unchanged", "adjusted", "would-adjust")


def refused_in(arguments):
    """Return the first argument that is not for one run with one report, or None."""
    named = (word for word in arguments if word.startswith("--"))
    return next(
        (word for word in named if word[2:].split("=", 1)[0] in REFUSED), None
    )


def correction_of(report):
    """Return what was done or would be: that of the report, without a correction a kind of none."""
    made = report.get("done") or report.get("decision") or {"kind": "none"}
    return {"kind": made["kind"], "offset": made.get("offset", 0.0)}


def diff_of(offset, correction):
    """Return the offset before the run, and after it."""
    kind = correction["kind"]
    left = offset - correction["offset"]
    after = "offset: %+.6f s, by a %s" % (left, kind) if kind != "none" else None
    before = "offset: %+.6f s" % offset
    return {"before": before + "\n", "after": (after or before) + "\n"}


def result_of(report):
    """Return the part of the report that the task returns."""
    result = {
        "result": report["result"],
        "version": report["tsntp"],
        "msg": report["message"],
    }
    renamed = {"offset": "offset", "errorBound": "bound", "servers": "servers"}
    result.update(
        (ours, report[theirs]) for theirs, ours in renamed.items() if theirs in report
    )
    if report["result"] in DONE:
        result["correction"] = correction_of(report)
        result["diff"] = diff_of(report["offset"], result["correction"])
    return result


def main():
    """Entry point."""
    module = AnsibleModule(
        argument_spec=dict(
            servers=dict(type="list", elements="str", default=[]),
            change_threshold=dict(type="float", default=0.001),
            arguments=dict(type="list", elements="str", default=[]),
            executable=dict(type="path"),
        ),
        supports_check_mode=True,
    )
    given = module.params
    program = find_tsntp(module)
    if program is None:
        module.fail_json(
            msg="there is no tsntp here: %s; install it, for example with the role tsntp.tsntp.sync"
            % (given["executable"] or "not in PATH, nor in /usr/local/bin")
        )
    refused = refused_in(given["arguments"])
    if refused is not None:
        module.fail_json(
            msg="arguments: %s is not for a task, which is one run with one report: leave it out"
            % refused
        )
    for option in REFUSED:
        os.environ.pop("TSNTP_" + option.upper(), None)
    words = (["--dry-run"] if module.check_mode else []) + given["arguments"]
    report = run_tsntp(module, program, "sync", words + ["--"] + given["servers"])
    for warning in report.get("warnings", []):
        module.warn(warning)
    result = result_of(report)
    if report["result"] in DONE:
        size = abs(result["correction"]["offset"])
        changed = report["result"] != "unchanged" and size >= given["change_threshold"]
        module.exit_json(changed=changed, **result)
    # Without root the play lacks "become", which is a mistake; root without the right is in a container.
    if report.get("error", {}).get("kind") == "not-permitted" and os.geteuid() == 0:
        module.exit_json(changed=False, skipped=True, **result)
    module.fail_json(rc=report["exitCode"], **result)


if __name__ == "__main__":
    main()

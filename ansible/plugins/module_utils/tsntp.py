# -*- coding: utf-8 -*-
# Copyright: the tsntp contributors
# SPDX-License-Identifier: MIT

"""Runs tsntp on a host, and reads the JSON object that it prints."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os

CAP_SYS_TIME = 25


def find_tsntp(module):
    """Return the path of tsntp: the one that is given, or that of PATH or /usr/local/bin; None without one."""
    given = module.params["executable"]
    if given:
        return given if os.access(given, os.X_OK) else None
    return module.get_bin_path("tsntp", opt_dirs=["/usr/local/bin"])


def run_tsntp(module, program, command, words=()):
    """Run a command of tsntp; return its report as a dictionary. Without a report, the module ends as a failure."""
    command = [program, command, "--format", "json"] + list(words)
    code, out, err = module.run_command(command)
    try:
        return json.loads(out)
    except ValueError:
        said = (err or out).strip() or "nothing"
        module.fail_json(msg="%s printed no report, but: %s" % (program, said), rc=code)


def why_not_settable():
    """Return why root may not set the clock of this host; None if it may, or if that is unknown. See capabilities(7)."""
    try:
        with open("/proc/self/uid_map") as ids:
            mapped = ids.read().split()
        with open("/proc/self/status") as status:
            sets = dict(line.split(":", 1) for line in status if ":" in line)
    except (IOError, OSError):
        return None
    if mapped != ["0", "0", "4294967295"]:
        return "this container has a user namespace of its own: only its host can set the clock"
    if not int(sets.get("CapBnd", "0").strip(), 16) >> CAP_SYS_TIME & 1:
        return "this host lacks the capability CAP_SYS_TIME"
    return None

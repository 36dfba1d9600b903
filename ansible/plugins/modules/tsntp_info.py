#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the tsntp contributors
# SPDX-License-Identifier: MIT

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: tsntp_info
short_description: Read the state of a clock, and what sets it
description:
  - Runs C(tsntp status) on the host, and returns its report. It changes nothing and needs no server.
  - A host without tsntp is not an error.
version_added: 0.1.0
author:
  - The tsntp contributors (@OWNER)
options:
  executable:
    description:
      - The path of tsntp. By default it is looked for in C(PATH) and in C(/usr/local/bin).
    type: path
attributes:
  check_mode:
    description: Reads the same as outside of check mode.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  platform:
    description: The systems that it runs on.
    support: full
    platforms: posix
seealso:
  - module: tsntp.tsntp.tsntp_sync
"""

EXAMPLES = r"""
- name: Read the state of the clock
  tsntp.tsntp.tsntp_info:
  register: clock
  become: true

- name: Name the hosts whose kernel does not call its clock synchronized
  ansible.builtin.debug:
    msg: "{{ inventory_hostname }} is not synchronized"
  when: not clock.status.synchronized | default(false)
"""

RETURN = r"""
installed:
  description: Whether the host has tsntp.
  returned: always
  type: bool
executable:
  description: The path of tsntp.
  returned: when it is installed
  type: str
  sample: /usr/local/bin/tsntp
version:
  description: The version of tsntp.
  returned: when it is installed
  type: str
  sample: 0.1.0
may_set_clock:
  description: Whether root may set the clock of this host. It may not in most containers.
  returned: always
  type: bool
reason:
  description: Why root may not set the clock.
  returned: when it may not
  type: str
status:
  description: The report of C(tsntp status); its keys are in the manual page tsntp(8).
  returned: when it is installed
  type: dict
  sample: {"result": "synchronized", "synchronized": true, "maxError": 0.016, "services": []}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tsntp.tsntp.plugins.module_utils.tsntp import (
    find_tsntp,
    run_tsntp,
    why_not_settable,
)


def main():
    """Entry point."""
    module = AnsibleModule(
        argument_spec=dict(executable=dict(type="path")), supports_check_mode=True
    )
    program = find_tsntp(module)
    reason = why_not_settable()
    result = dict(installed=program is not None, may_set_clock=reason is None)
    if reason is not None:
        result["reason"] = reason
    if program is not None:
        status = run_tsntp(module, program, "status")
        result.update(executable=program, version=status["tsntp"], status=status)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()

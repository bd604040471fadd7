# SPDX-License-Identifier: BSD-2-Clause
jeq %r1, 0, exit
exit
exit:
mov %r0, 2
exit

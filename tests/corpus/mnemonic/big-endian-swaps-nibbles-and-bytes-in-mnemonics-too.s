# SPDX-License-Identifier: BSD-2-Clause
# args: -EB
stxh [%r1+0x102], %r2
lddw %r3, 0x1122334455667788
exit

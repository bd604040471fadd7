# SPDX-License-Identifier: BSD-2-Clause
.map a, type=hsah, key=4, value=8, entries=1
.map b, type=percpu_aray, key=4, value=8, entries=1
.map c, type=HASH, key=4, value=8, entries=1
.map d, key=4, value=8, entries=1

# SPDX-License-Identifier: BSD-2-Clause
.map a, type=hash, ky=4, value=8, entries=1
.map b, type=hash, key=4, value=8, max_entries=1
.map c, type=hash, key=4, key=4
.map d, type=hash, key
.map e type=hash

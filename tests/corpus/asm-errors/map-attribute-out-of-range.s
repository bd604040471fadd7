# SPDX-License-Identifier: BSD-2-Clause
.map a, type=hash, key=0, value=8, entries=1
.map b, type=hash, key=4, value=8, entries=4294967296
.map c, type=hash, key=-4, value=8, entries=1
.map d, type=array, key=8, value=8, entries=1
.map e, type=ringbuf, entries=5000
.map f, type=ringbuf, key=4, entries=4096
.map g, type=hash, key=4, value=8
.map h, type=queue, key=4, value=8, entries=1
.map i, type=hash, key=4, value=8, entries=1, flags=1 << 32
.map j, type=hash, key=4, value=8, entries=1, pinning=2
.map k, type=task_storage, key=4, value=8, entries=9

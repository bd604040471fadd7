# SPDX-License-Identifier: BSD-2-Clause
.map xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, type=hash, key=4, value=8, entries=1
.map a.b, type=hash, key=4, value=8, entries=1

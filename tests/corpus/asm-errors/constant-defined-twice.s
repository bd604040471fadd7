# SPDX-License-Identifier: BSD-2-Clause
.equ A, 1
.equ A, 1
.equ A, 2
.set B, 1
.set B, 2
.equ B, 3
.equ BPF_ANY, 5

# SPDX-License-Identifier: BSD-2-Clause
#comment
// comment
/* comment; */ .prog p, "socket" # comment
r1 = 1; r2 = 2 // comment
	/* over
	   lines */ r3 = 3 # comment ; r9 = 9
r4 = 4 /**/ ;;; r5 = 5;# comment
call bpf_trace_printk#6 #comment
exit//comment

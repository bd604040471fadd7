# args: --arch arm -I lib
.include "common.inc"; .prog p, "socket"
	r1 = COMMON
	r2 = WIDTH
	exit

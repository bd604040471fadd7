.prog p, "socket"
	call .L1
	exit
.L1:	exit

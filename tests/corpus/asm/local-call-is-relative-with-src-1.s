.prog p, "socket"
	call later
	call pc+1
	exit
later:	exit
	call later
	exit

.prog p, "socket"
	frobnicate r1, 5
	gotp out
	exot
out:	exit

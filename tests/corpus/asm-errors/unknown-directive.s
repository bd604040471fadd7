.prog p, "socket"
	.porg x, "y"
	.globl p
	.
	exit

# args: -D 3=4 -D X=
.prog p, "socket"
	exit

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * datagrams COUNT SIZE: sends COUNT datagrams of SIZE bytes to itself, so that
 * the kernel checks and copies SIZE bytes from user space COUNT times, and back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char buf[65536];
	int s[2], count = argc == 3 ? atoi(argv[1]) : 0, size = argc == 3 ? atoi(argv[2]) : 0;

	if (count < 1 || size < 1 || size > (int)sizeof(buf))
		return fprintf(stderr, "usage: datagrams COUNT SIZE\n"), 2;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, s))
		return perror("socketpair"), 1;
	while (count--)
		if (write(s[0], buf, size) != size || read(s[1], buf, size) != size)
			return perror("datagram"), 1;
	return 0;
}

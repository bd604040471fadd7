/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says which BPF programs, maps and links the kernel holds, and exits 1 if it
 * holds any. Asks with bare system calls, so that it cannot err as we do.
 * The kernel frees after a grace period: what is there is given two seconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROG_GET_NEXT_ID = 11, MAP_GET_NEXT_ID = 12, LINK_GET_NEXT_ID = 31 };

static int count(int cmd)
{
	uint32_t attr[4] = { 0 }; /* start_id, next_id, open_flags */
	int n = 0;

	while (!syscall(__NR_bpf, cmd, attr, sizeof(attr))) {
		attr[0] = attr[1];
		n++;
	}
	return n;
}

int main(void)
{
	int progs, maps, links;

	for (int tries = 20;; tries--) {
		progs = count(PROG_GET_NEXT_ID);
		maps = count(MAP_GET_NEXT_ID);
		links = count(LINK_GET_NEXT_ID);
		if (!tries || !(progs + maps + links))
			break;
		usleep(100000);
	}
	printf("%d programs, %d maps, %d links\n", progs, maps, links);
	return progs + maps + links > 0;
}

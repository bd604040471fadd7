/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel knows of a packet, as classic filters and as converted ones see it: packets on
 * the loopback device of a network namespace of our own.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <cmocka.h>

#include "lib_convert.h"

static unsigned char seen[2048];

/* A frame for 802.1Q's VLAN 5, which the loopback device hands back with the tag taken off. */
static int send_tagged(int device)
{
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = device, .sll_halen = 6
	};
	unsigned char frame[600] = "\0\0\0\0\0\0\0\0\0\0\0\0\x81\0\0\5\x08";
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	CHILD_NEED(fd >= 0);
	CHILD_NEED(sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)&to, sizeof(to)) ==
		   sizeof(frame));
	close(fd);
	return 0;
}

/* To itself: a datagram that nobody takes would be answered. */
static int send_marked(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	const int mark = 0x1234;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHILD_NEED(fd >= 0);
	CHILD_NEED(!bind(fd, (const struct sockaddr *)&to, len));
	CHILD_NEED(!getsockname(fd, (struct sockaddr *)&to, &len));
	CHILD_NEED(!setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)));
	CHILD_NEED(sendto(fd, seen, 600, 0, (const struct sockaddr *)&to, len) == 600);
	close(fd);
	return 0;
}

static int up(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	CHILD_NEED(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &r));
	close(fd);
	return 0;
}

/* A packet socket takes as many bytes as its filter says. */
static int listen_to(int device)
{
	const struct sockaddr_ll on = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = device
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&on, sizeof(on)))
		return -1;
	return fd;
}

#define DIVISOR 499 /* the verdict is the remainder, plus 1 */

/* `wanted` is one of the values that must be seen; -1: any. */
static int compare_extension(const char *name, int device, int classic, int extended, int wanted)
{
	struct rawbpf_classic_insn *insns;
	char text[96];
	bool found = wanted < 0;
	ssize_t theirs, ours;
	unsigned packets = 0;
	size_t n;
	int prog;

	snprintf(text, sizeof(text), "ld %s\nmod #%d\nadd #1\nret a", name, DIVISOR);
	n = assemble(text, &insns);
	prog = load_converted(insns, n);
	CHILD_NEED(prog >= 0);
	CHILD_NEED(!attach(classic, insns, n));
	CHILD_NEED(!setsockopt(extended, SOL_SOCKET, SO_ATTACH_BPF, &prog, sizeof(prog)));
	free(insns);
	CHILD_NEED(!send_marked() && !send_tagged(device));
	for (unsigned i = 0; i < 4; i++) { /* each packet as it leaves and as it arrives */
		struct pollfd p[2] = { { classic, POLLIN, 0 }, { extended, POLLIN, 0 } };

		poll(&p[0], 1, 2000);
		poll(&p[1], 1, 2000);
		theirs = recv(classic, seen, sizeof(seen), 0);
		ours = recv(extended, seen, sizeof(seen), 0);
		if (theirs != ours)
			fprintf(stderr, "# %s: the kernel's %zd, ours %zd\n", name, theirs, ours);
		CHILD_NEED(theirs == ours);
		packets += theirs > 0;
		found = found || theirs == wanted % DIVISOR + 1;
	}
	if (!found)
		fprintf(stderr, "# %s was never %d\n", name, wanted);
	CHILD_NEED(packets == 4 && found);
	rawbpf_sys_close(prog);
	return 0;
}

static int compare_extensions(void)
{
	static const struct {
		const char *name;
		int wanted;
	} exts[] = { { "proto", 0x0800 }, { "type", 4 }, { "type", 0 }, { "ifidx", 1 },
		{ "mark", 0x1234 }, { "queue", 0 }, { "rxhash", -1 }, { "cpu", -1 }, { "xor_x", 0 },
		{ "vlan_tci", 5 }, { "vlan_avail", 1 }, { "vlan_tpid", 0x8100 }, { "len", 642 } };
	int device, classic, extended;

	CHILD_NEED(!up("lo"));
	device = (int)if_nametoindex("lo");
	classic = listen_to(device);
	extended = listen_to(device);
	if (classic < 0 || extended < 0)
		return CHILD_SKIP;
	for (size_t i = 0; i < COUNT(exts); i++)
		CHILD_NEED(!compare_extension(
			exts[i].name, device, classic, extended, exts[i].wanted));
	return 0;
}

static int pin_to_one_cpu_and_compare_extensions(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	return compare_extensions();
}

static void extensions_are_the_same_of_packets_on_a_loopback_of_our_own(void **state)
{
	need_bpf();
	in_child(CLONE_NEWNET, pin_to_one_cpu_and_compare_extensions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(extensions_are_the_same_of_packets_on_a_loopback_of_our_own),
	};

	/* before 5.11 programs count as locked memory, and are given back late */
	rawbpf_sys_unlimit_memlock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

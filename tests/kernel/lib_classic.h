/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of classic BPF on this machine's kernel. Included after cmocka.h. */
#ifndef LIB_CLASSIC_H
#define LIB_CLASSIC_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "../../asm/classic.h"

#ifndef SO_ATTACH_FILTER
#define SO_ATTACH_FILTER 26
#endif
#define MOST 40 /* instructions of a random program */

struct fprog {
	unsigned short len;
	const struct rawbpf_classic_insn *insns;
};

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

/* ---- random programs, valid and invalid ------------------------------------------------ */

static const uint8_t codes[] = {
#define CLASSIC(name, operand, code, jump, users) code,
#include "../../asm/classic.def"
};

static uint32_t random_k(uint16_t code, size_t left)
{
	static const uint32_t odd[] = { 0, 1, 4, 31, 32, 60, 63, 64, 0x7fffffff, 0x80000000,
		0xffe00000, 0xfff00000, 0xffffefff, 0xfffff000, 0xffffffff };

	if (code == 0x05)
		return rnd(15) ? rnd((uint32_t)left) : (uint32_t)left + rnd(3) - 1;
	if ((code & 7) == 2 || (code & 7) == 3 || code == 0x60 || code == 0x61)
		return rnd(15) ? rnd(3) : 14 + rnd(4);
	if (!rnd(10))
		return odd[rnd(sizeof(odd) / sizeof(odd[0]))];
	if ((code == 0x20 || code == 0x28 || code == 0x30) && !rnd(4))
		return 0xfffff000 + rnd(17) * 4 + !rnd(16);
	return 1 + rnd(30);
}

static uint8_t random_skip(size_t left)
{
	size_t skip = rnd(25) ? rnd((uint32_t)left) : left + rnd(3) - 1;

	return (uint8_t)(skip > 255 ? 255 : skip);
}

static struct rawbpf_classic_insn random_insn(size_t left)
{
	struct rawbpf_classic_insn insn = { .code = codes[rnd(sizeof(codes))] };

	/* The one code of the table that nobody takes, and codes outside it, now and then. */
	if (insn.code == 0x0e && rnd(20))
		insn.code = 0x16;
	if (!rnd(150))
		insn.code = (uint16_t)rnd(rnd(4) ? 0x100 : 0x10000);
	insn.k = random_k(insn.code, left);
	if ((insn.code & 7) == 5 && insn.code != 0x05) {
		insn.jt = random_skip(left);
		insn.jf = random_skip(left);
	} else if (!rnd(30)) {
		insn.jt = (uint8_t)rnd(256); /* is ignored */
	}
	return insn;
}

static inline size_t random_program(struct rawbpf_classic_insn *insns, uint32_t verdict)
{
	size_t n = 1 + rnd(rnd(2) ? 10 : MOST);

	for (size_t i = 0; i + 1 < n; i++) {
		insns[i] = random_insn(n - i - 1);
		if (insns[i].code == 0x06 && verdict)
			insns[i].k = verdict;
		/* Cells are written more often than read, or hardly any program would be valid. */
		if ((insns[i].code == 0x60 || insns[i].code == 0x61) && rnd(2))
			insns[i].code = 0x02;
		if (insns[i].code == 0x16 && verdict)
			insns[i] = (struct rawbpf_classic_insn){ .code = 0x06, .k = verdict };
	}
	insns[n - 1] = (struct rawbpf_classic_insn){ .code = 0x06, .k = verdict };
	if (!rnd(20))
		insns[n - 1] = random_insn(1);
	return n;
}

static inline void show(const struct rawbpf_classic_insn *insns, size_t n, const char *what)
{
	char text[RAWBPF_CLASSIC_TEXT];

	print_message("%s\n", what);
	for (size_t i = 0; i < n; i++)
		print_message("  %zu: %s\n", i, rawbpf_classic_print(&insns[i], i, text));
}

/* ---- sockets ---------------------------------------------------------------------------- */

static inline int attach(int fd, const struct rawbpf_classic_insn *insns, size_t n)
{
	const struct fprog prog = { (unsigned short)n, insns };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

static inline void pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd), 0);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel as judge of classic programs: our check and SO_ATTACH_FILTER, and seccomp(2),
 * agree; and what filters of ours do to real messages. No privilege is needed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib_classic.h"

static void the_check_agrees_with_the_kernel_on_2000_random_programs(void **state)
{
	struct rawbpf_classic_insn insns[MOST];
	unsigned taken = 0, refused = 0;
	int fd[2];

	seed = 20261120;
	pair(fd);
	for (unsigned i = 0; i < 2000; i++) {
		size_t n = random_program(insns, 0);
		int theirs = attach(fd[0], insns, n);
		int ours = rawbpf_classic_check(insns, n, RAWBPF_ASM_FOR_SOCKET, NULL);

		if (theirs != ours)
			show(insns, n, theirs ? "refused by the kernel:" : "taken by the kernel:");
		assert_int_equal(ours, theirs);
		*(theirs ? &refused : &taken) += 1;
	}
	close(fd[0]);
	close(fd[1]);
	print_message("# %u taken, %u refused\n", taken, refused);
	assert_true(taken > 500 && refused > 500);
}

static void the_check_agrees_on_every_code_up_to_10_bits(void **state)
{
	struct rawbpf_classic_insn insns[2] = { { .k = 1 }, { .code = 0x06 } };
	int fd[2];

	pair(fd);
	for (uint32_t code = 0; code < 0x400; code++) {
		insns[0].code = (uint16_t)code;
		insns[0].k = code == 0x05 ? 0 : code == 0x60 || code == 0x61 ? 16 : 1;
		assert_int_equal(rawbpf_classic_check(insns, 2, RAWBPF_ASM_FOR_SOCKET, NULL),
			attach(fd[0], insns, 2));
	}
	close(fd[0]);
	close(fd[1]);
}

static void the_check_agrees_on_the_length(void **state)
{
	static struct rawbpf_classic_insn insns[RAWBPF_CLASSIC_MAX + 1];
	int fd[2];

	for (size_t i = 0; i <= RAWBPF_CLASSIC_MAX; i++)
		insns[i] = (struct rawbpf_classic_insn){ .code = 0x06 };
	pair(fd);
	assert_int_equal(attach(fd[0], insns, RAWBPF_CLASSIC_MAX + 1), -EINVAL);
	assert_int_equal(
		rawbpf_classic_check(insns, RAWBPF_CLASSIC_MAX + 1, RAWBPF_ASM_FOR_SOCKET, NULL),
		-EINVAL);
	assert_int_equal(
		rawbpf_classic_check(insns, RAWBPF_CLASSIC_MAX, RAWBPF_ASM_FOR_SOCKET, NULL), 0);
	/* The kernel may be short of memory for these (net.core.optmem_max), but it takes them. */
	assert_int_not_equal(attach(fd[0], insns, RAWBPF_CLASSIC_MAX), -EINVAL);
	assert_int_equal(attach(fd[0], insns, 0), -EINVAL);
	assert_int_equal(rawbpf_classic_check(insns, 0, RAWBPF_ASM_FOR_SOCKET, NULL), -EINVAL);
	close(fd[0]);
	close(fd[1]);
}

/* ---- verdicts ---------------------------------------------------------------------------- */

/* How much of `message` a filter lets through; -1: nothing arrives. */
static ssize_t verdict(const char *text, const void *message, size_t len)
{
	struct rawbpf_classic_insn *insns;
	char seen[256];
	size_t n, elf_len;
	ssize_t got;
	void *elf;
	int fd[2];

	assert_int_equal(rawbpf_asm_either_text(text, strlen(text), "filter", NULL, &elf, &elf_len,
				 &insns, &n, NULL),
		0);
	assert_non_null(insns);
	pair(fd);
	assert_int_equal(attach(fd[1], insns, n), 0);
	free(insns);
	got = send(fd[0], message, len, 0);
	/* A dropped datagram is an error to the sender of some kernels, not of others. */
	got = got < 0 ? -1 : recv(fd[1], seen, sizeof(seen), MSG_DONTWAIT);
	close(fd[0]);
	close(fd[1]);
	return got;
}

static void filters_give_the_verdict_that_their_text_says(void **state)
{
	static const char arp[] = "\x66\x66\x66\x66\x66\x66\x44\x44\x44\x44\x44\x44\x08\x06 arp";
	static const char ip[] = "\x66\x66\x66\x66\x66\x66\x44\x44\x44\x44\x44\x44\x08\x00 ip";
	const char *only_arp = "ldh [12]\njne #ETHERTYPE_ARP, drop\nret #TRUE\ndrop: ret #FALSE\n";

	assert_int_equal(verdict(only_arp, arp, sizeof(arp)), sizeof(arp));
	assert_int_equal(verdict(only_arp, ip, sizeof(ip)), -1);
	assert_int_equal(verdict(only_arp, arp, 12), -1); /* a load outside the packet */
	assert_int_equal(verdict("ret 5", arp, sizeof(arp)), 5);
	assert_int_equal(verdict("ld len\nsub #3\nret a", arp, sizeof(arp)), sizeof(arp) - 3);
}

static void instructions_compute_what_they_say(void **state)
{
	/* jlt and jle are the contrary of what is encoded: both sides of the border. */
	assert_int_equal(verdict("ld #4\njlt #5, y\nret #1\ny: ret #2", "..", 2), 2);
	assert_int_equal(verdict("ld #5\njlt #5, y\nret #1\ny: ret #2", "..", 2), 1);
	assert_int_equal(verdict("ld #5\njle #5, y\nret #1\ny: ret #2", "..", 2), 2);
	assert_int_equal(verdict("ld #6\njle #5, y\nret #1\ny: ret #2", "..", 2), 1);
	assert_int_equal(verdict("ld #6\njne #6, y, z\ny: ret #1\nz: ret #2", "..", 2), 2);
	assert_int_equal(verdict("ldxb 4*([1]&0xf)\ntxa\nret a", ".\x42.........", 10), 8);
	assert_int_equal(verdict("ldx #2\nldb [x+1]\nret a", "\0\0\0\7......", 10), 7);
	assert_int_equal(verdict("ldx #12\nld #6\nxor x\nret a", "..............", 14), 10);
	assert_int_equal(verdict("ldx #12\nld #6\nld xor_x\nret a", "..............", 14), 10);
	assert_int_equal(
		verdict("ld #9\nst M[15]\nldx M[15]\nld #0\nadd x\nret a", "..........", 10), 9);
}

/* ---- seccomp ------------------------------------------------------------------------------ */

/* In a child, whose filters allow everything. 0, -EINVAL, or 1: there is no seccomp here. */
static int install(const struct rawbpf_classic_insn *insns, size_t n)
{
	const struct fprog prog = { (unsigned short)n, insns };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!prctl(PR_SET_SECCOMP, 2, &prog))
			_exit(0);
		_exit(errno == EINVAL ? 2 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* Killed by its filter: then it has one. */
	if (WIFSIGNALED(status))
		return 0;
	return WEXITSTATUS(status) == 2 ? -EINVAL : WEXITSTATUS(status) == 3 ? 1 : 0;
}

static const uint32_t allow = 0x7fff0000;

static void need_seccomp(void)
{
	const struct rawbpf_classic_insn ok = { .code = 0x06, .k = allow };
	const struct rawbpf_classic_insn bad = { .code = 0x0e };

	if (install(&ok, 1) || install(&bad, 1) != -EINVAL) {
		print_message("# seccomp filters cannot be installed here\n");
		skip();
	}
}

static void the_check_for_seccomp_agrees_on_300_random_programs(void **state)
{
	struct rawbpf_classic_insn insns[MOST];
	unsigned taken = 0, refused = 0;

	need_seccomp();
	seed = 42;
	while (taken + refused < 300) {
		size_t n = random_program(insns, allow);
		int theirs, ours;

		/* Packet loads and mod would be refused in nearly every program. */
		for (size_t i = 0; i < n; i++) {
			if ((insns[i].code == 0x28 || insns[i].code == 0x30 ||
				    insns[i].code == 0x40 || insns[i].code == 0x48 ||
				    insns[i].code == 0x50 || insns[i].code == 0xb1) &&
				rnd(20))
				insns[i].code = 0x20;
			if (insns[i].code == 0x20 && rnd(20))
				insns[i].k = rnd(17) * 4;
			if ((insns[i].code == 0x94 || insns[i].code == 0x9c) && rnd(20))
				insns[i].code ^= 0xa0;
		}
		if (insns[n - 1].code == 0x16)
			continue;
		theirs = install(insns, n);
		ours = rawbpf_classic_check(insns, n, RAWBPF_ASM_FOR_SECCOMP, NULL);
		if (theirs != ours)
			show(insns, n, theirs ? "refused by the kernel:" : "taken by the kernel:");
		assert_int_equal(ours, theirs);
		*(theirs ? &refused : &taken) += 1;
	}
	print_message("# %u taken, %u refused\n", taken, refused);
	assert_true(taken > 50 && refused > 50);
}

static void the_check_for_seccomp_agrees_on_every_code(void **state)
{
	struct rawbpf_classic_insn insns[3] = { { .code = 0x01, .k = 3 }, { .k = 4 },
		{ .code = 0x06, .k = allow } };

	need_seccomp();
	for (uint32_t code = 0; code < 0x100; code++) {
		insns[1].code = (uint16_t)code;
		insns[1].k = code == 0x05 ? 0 : code == 0x06 ? allow : 4;
		if (code == 0x16) /* would return A, which is 0: kill */
			continue;
		assert_int_equal(install(insns, 3),
			rawbpf_classic_check(insns, 3, RAWBPF_ASM_FOR_SECCOMP, NULL));
	}
}

static void seccomp_offsets_have_the_borders_of_seccomp_data(void **state)
{
	struct rawbpf_classic_insn insns[2] = { { .code = 0x20 }, { .code = 0x06, .k = allow } };

	need_seccomp();
	for (uint32_t k = 0; k < 72; k++) {
		insns[0].k = k;
		assert_int_equal(install(insns, 2),
			rawbpf_classic_check(insns, 2, RAWBPF_ASM_FOR_SECCOMP, NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_agrees_with_the_kernel_on_2000_random_programs),
		cmocka_unit_test(the_check_agrees_on_every_code_up_to_10_bits),
		cmocka_unit_test(the_check_agrees_on_the_length),
		cmocka_unit_test(filters_give_the_verdict_that_their_text_says),
		cmocka_unit_test(instructions_compute_what_they_say),
		cmocka_unit_test(the_check_for_seccomp_agrees_on_300_random_programs),
		cmocka_unit_test(the_check_for_seccomp_agrees_on_every_code),
		cmocka_unit_test(seccomp_offsets_have_the_borders_of_seccomp_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

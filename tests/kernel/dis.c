/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel dialect of the disassembler against what this machine's verifier prints. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../../asm/asm.h"
#include "../../asm/dis.h"
#include "lib_syscall.h"

static char verifier_log[1 << 18];

/* The bytes of the first section, which is the program's; the headers of ELF64 by hand. */
static const char *program(const char *elf, uint32_t *slots)
{
	uint64_t headers, at, size;

	memcpy(&headers, elf + 0x28, 8);
	memcpy(&at, elf + headers + 64 + 24, 8);
	memcpy(&size, elf + headers + 64 + 32, 8);
	*slots = (uint32_t)(size / 8);
	return elf + at;
}

static int load_with_log(const char *elf)
{
	struct rawbpf_attr_prog_load attr = {
		.prog_type = RAWBPF_PROG_TYPE_SOCKET_FILTER,
		.license = rawbpf_ptr("GPL"),
		.log_level = 2,
		.log_size = sizeof(verifier_log),
		.log_buf = rawbpf_ptr(verifier_log),
	};

	attr.insns = rawbpf_ptr(program(elf, &attr.insn_cnt));
	return rawbpf_prog_load(&attr);
}

/* "7: (bf) r0 = r1" on a line of its own, or before the registers that newer kernels add. */
static bool is_logged(const char *line)
{
	size_t n = strlen(line);

	for (const char *p = verifier_log; (p = strstr(p, line)); p++)
		if ((p == verifier_log || p[-1] == '\n' || p[-1] == ' ') &&
			(p[n] == '\n' || p[n] == ' '))
			return true;
	return false;
}

static void compare(const char *text)
{
	const struct rawbpf_dis_opts opts = { .kernel = true };
	char *dis, *line, *save;
	size_t len, dis_len;
	unsigned n = 0;
	void *elf;
	int fd;

	need_bpf();
	assert_int_equal(rawbpf_asm_text(text, strlen(text), "t.s", NULL, &elf, &len, NULL), 0);
	fd = load_with_log(elf);
	if (fd < 0) {
		free(elf);
		SKIP("this kernel refuses the program: %s", strerror(-fd));
	}
	rawbpf_sys_close(fd);
	assert_int_equal(rawbpf_dis_mem(elf, len, "t.o", &opts, &dis, &dis_len, NULL), 0);
	for (line = strtok_r(dis, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		if (*line == '#')
			continue;
		if (!is_logged(line))
			print_message("not in the log: '%s'\n%.3000s\n", line, verifier_log);
		assert_true(is_logged(line));
		n++;
	}
	assert_true(n > 15);
	free(dis);
	free(elf);
}

static void the_verifier_prints_the_same(void **state)
{
	compare(".prog p, \"socket\"\n r6 = r1; r0 = 5; r2 = 0x1122334455667788 ll\n"
		"*(u64 *)(r10 - 8) = r2; *(u32 *)(r10 - 16) = -7; *(u64 *)(r10 - 24) = 0\n"
		"r3 = *(u32 *)(r6 + 0); w4 = w3; w4 s>>= 3; r4 = be16 r4; r4 = le32 r4\n"
		"r4 = -r4; w4 = -w4; r4 += -8; r5 = 1\n"
		"lock *(u64 *)(r10 - 24) += r5; lock *(u32 *)(r10 - 16) += w5\n"
		"if w4 s> -7 goto a; if r4 & 3 goto b; a: if r4 <= r3 goto b\n"
		"call ktime_get_ns; b: r0 = *(u16 *)skb[14]; r1 = 4\n"
		"r0 = *(u8 *)skb[r1 + 3]; r0 = 0; exit\n");
}

static void the_verifier_prints_the_same_of_what_came_in_5_12_and_later(void **state)
{
	compare(".prog p, \"socket\"\n r0 = 0; r5 = 3; *(u64 *)(r10 - 24) = 0\n"
		"r3 = *(s8 *)(r10 - 24); r4 = (s16)r3; w4 = (s8)w3; r4 = bswap64 r4\n"
		"r4 s/= 3; w4 s%= w5; lock *(u32 *)(r10 - 24) |= w5\n"
		"r5 = atomic_fetch_add((u64 *)(r10 - 24), r5)\n"
		"w5 = atomic_fetch_xor((u32 *)(r10 - 24), w5)\n"
		"r5 = xchg_64(r10 - 24, r5); w5 = xchg32_32(r10 - 24, w5)\n"
		"r0 = cmpxchg_64(r10 - 24, r0, r5); w0 = cmpxchg32_32(r10 - 24, w0, w5)\n"
		"call sub; gotol b; b: r0 = 0; exit; sub: r0 = 1; exit\n");
}

static void the_verifier_prints_the_same_of_acquire_and_release(void **state)
{
	compare(".prog p, \"socket\"\n r5 = 3; *(u64 *)(r10 - 24) = 0\n"
		"r0 = load_acquire((u64 *)(r10 - 24)); w0 = load_acquire((u8 *)(r10 - 24))\n"
		"store_release((u16 *)(r10 - 24), w5); store_release((u64 *)(r10 - 24), r5)\n"
		"r0 = 0; r0 = 1; r0 = 2; r0 = 3; r0 = 4; r0 = 5; r0 = 6; r0 = 7; r0 = 8\n"
		"r0 = 9; exit\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_verifier_prints_the_same),
		TEST(the_verifier_prints_the_same_of_what_came_in_5_12_and_later),
		TEST(the_verifier_prints_the_same_of_acquire_and_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

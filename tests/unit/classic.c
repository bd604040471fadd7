/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic BPF: what is recognised, that words give back their numbers, and hostile text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../asm/classic.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static const struct rawbpf_asm_opts unchecked = { .check = RAWBPF_ASM_UNCHECKED };
static const struct rawbpf_asm_opts forced = { .check = RAWBPF_ASM_UNCHECKED, .classic = true };

static int assemble(const char *text, size_t len, const struct rawbpf_asm_opts *opts,
	struct rawbpf_classic_insn **insns, size_t *n)
{
	size_t elf_len;
	void *elf;
	int rc = rawbpf_asm_either_text(text, len, "text", opts, &elf, &elf_len, insns, n, NULL);

	free(elf);
	return rc;
}

/* ---- recognition ------------------------------------------------------------------------ */

static bool is_classic(const char *text)
{
	struct rawbpf_classic_insn *insns = NULL;
	size_t n;
	bool yes;

	yes = !assemble(text, strlen(text), &unchecked, &insns, &n) && insns;
	free(insns);
	return yes;
}

static void classic_sources_are_recognised_by_their_first_instruction(void **state)
{
	static const char *const classic[] = {
		"ret #0",
		"\n\n; words\n# more\n/* and\nmore */ // still\n\tldh [12]\nret a\n",
		"l: m: RET A",
		".equ X, 3\nret #X",
		".dialect classic\nl: ret #0\n",
		"ja l\nl: ret a",
		"add x\nret a",
		"neg\nret a",
		"ldxb 4*([14]&0xf)\nret a",
		"{ 6, 0, 0, 0 },",
		"1,6 0 0 0,",
		"1\n6 0 0 0\n",
		"(000) ret #0\n",
		"static const struct sock_filter f[] = { { 6, 0, 0, 0 } };",
		"Generated program:\n L0: ret #0x0\nValidating: is runnable!\n",
	};

	for (size_t i = 0; i < COUNT(classic); i++)
		if (!is_classic(classic[i]))
			fail_msg("not recognised: %s", classic[i]);
}

static void other_sources_are_not(void **state)
{
	static const char *const others[] = {
		"",
		"\n# ret #0\n",
		".prog p, \"socket\"\nr0 = 0\nexit\n",
		"r0 = 0\nexit\n",
		"add %r1,5\nexit\n",
		"add r1, 5\nexit\n",
		"neg %r1\n",
		"ldxb %r1,[%r2+1]\n",
		"ja l\nl: exit\n",
		"jeq %r1,5,l\nl: exit\n",
		"mov %r0,0\n",
		".dialect pseudoc\nret #0\n",
		".map m, type=hash\nret #0\n",
		"lock *(u64 *)(r1 + 8) += r2\n",
		"*(u32 *)(r1 + 8) = 1\n",
		"if r1 == 5 goto l\n",
	};

	for (size_t i = 0; i < COUNT(others); i++)
		if (is_classic(others[i]))
			fail_msg("taken for classic BPF: %s", others[i]);
}

static void an_object_is_not_made_of_classic_BPF(void **state)
{
	size_t len;
	void *elf;

	assert_int_equal(rawbpf_asm_text("ret #0", 6, "text", NULL, &elf, &len, NULL), -EINVAL);
}

/* ---- words and numbers ------------------------------------------------------------------- */

static uint32_t random_k(void)
{
	switch (rnd(6)) {
	case 0:
		return 0;
	case 1:
		return rnd(16);
	case 2:
		return 0xfffff000 + rnd(70);
	case 3:
		return rnd(5000);
	default:
		return (rnd(0x10000) << 16) | rnd(0x10000);
	}
}

/* Codes in and outside the table, and fields that their instructions do not use. */
static void every_instruction_prints_as_text_that_assembles_to_it(void **state)
{
	enum { N = 300 };
	struct rawbpf_classic_insn in[N], *out;
	char text[N * (RAWBPF_CLASSIC_TEXT + 1)], line[RAWBPF_CLASSIC_TEXT];
	size_t n, len;

	seed = 7;
	for (unsigned round = 0; round < 200; round++) {
		len = 0;
		for (size_t i = 0; i < N; i++) {
			in[i] = (struct rawbpf_classic_insn){
				.code = (uint16_t)(rnd(8) ? rnd(0x100) : rnd(0x10000)),
				.jt = (uint8_t)(rnd(2) ? 0 : rnd(256)),
				.jf = (uint8_t)(rnd(2) ? 0 : rnd(256)),
				.k = random_k(),
			};
			/* What reaches beyond the end has no number to be printed. */
			if ((in[i].code & 7) == 5 && i + 257 > N)
				in[i].code = 0x84;
			if (in[i].code == 0x05)
				in[i].k = rnd(40);
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
				rawbpf_classic_print(&in[i], i, line));
		}
		assert_int_equal(assemble(text, len, &forced, &out, &n), 0);
		assert_int_equal(n, N);
		for (size_t i = 0; i < N; i++) {
			assert_int_equal(out[i].code, in[i].code);
			assert_int_equal(out[i].jt, in[i].jt);
			assert_int_equal(out[i].jf, in[i].jf);
			assert_int_equal(out[i].k, in[i].k);
		}
		free(out);
	}
}

static void formats_have_their_names_and_no_others(void **state)
{
	static const char *const names[] = { "decimal", "tcpdump", "tcpdump-dd", "c", "raw",
		"hex" };

	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(rawbpf_classic_format(names[i]), i);
	assert_int_equal(rawbpf_classic_format("elf"), -ENOENT);
	assert_int_equal(rawbpf_classic_format(""), -ENOENT);
}

/* ---- what the check says ------------------------------------------------------------------ */

struct heard {
	unsigned errors, notes;
	size_t insn;
	char text[256];
};

static void hear(void *arg, enum rawbpf_diag_kind kind, size_t insn, const char *msg)
{
	struct heard *h = arg;

	if (kind == RAWBPF_ERROR && !h->errors++) {
		h->insn = insn;
		snprintf(h->text, sizeof(h->text), "%s", msg);
	}
	h->notes += kind == RAWBPF_NOTE;
}

static void a_refusal_names_the_instruction_and_an_acceptance_says_nothing(void **state)
{
	static const struct rawbpf_classic_insn bad[] = { { 0, 0, 0, 1 }, { 0x34, 0, 0, 0 },
		{ 0x16, 0, 0, 0 } };
	static const struct rawbpf_classic_insn good[] = { { 0, 0, 0, 1 }, { 0x16, 0, 0, 0 } };
	struct heard h = { 0 };
	const struct rawbpf_classic_report r = { hear, &h };

	assert_int_equal(rawbpf_classic_check(good, 2, RAWBPF_ASM_FOR_SOCKET, &r), 0);
	assert_int_equal(h.errors, 0);
	assert_int_equal(rawbpf_classic_check(bad, 3, RAWBPF_ASM_FOR_SOCKET, &r), -EINVAL);
	assert_int_equal(h.errors, 1);
	assert_int_equal(h.insn, 1);
	assert_string_equal(h.text, "instruction 1, div #0: division by zero");
	assert_int_equal(rawbpf_classic_check(bad, 3, RAWBPF_ASM_UNCHECKED, &r), 0);
}

/* The program of the worst length: each cell lost on the last of 4000 ways. */
static void the_longest_program_is_proved_in_a_moment(void **state)
{
	static struct rawbpf_classic_insn p[RAWBPF_CLASSIC_MAX];
	struct heard h = { 0 };
	const struct rawbpf_classic_report r = { hear, &h };
	const size_t n = RAWBPF_CLASSIC_MAX;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct rawbpf_classic_insn){ 0x15, 0, (uint8_t)(i % 200 ? 0 : 1), 1 };
	for (unsigned i = 0; i < 16; i++) {
		p[i] = (struct rawbpf_classic_insn){ 0x02, 0, 0, i };
		p[n - 20 + i] = (struct rawbpf_classic_insn){ 0x60, 0, 0, i };
	}
	for (unsigned i = 0; i < 4; i++)
		p[n - 4 + i] = (struct rawbpf_classic_insn){ 0x16, 0, 0, 0 };
	assert_int_equal(rawbpf_classic_check(p, n, RAWBPF_ASM_FOR_SOCKET, &r), 0);
	/* And one that is wrong: a jump over the first write. */
	p[1] = p[0];
	p[0] = (struct rawbpf_classic_insn){ 0x15, 0, 1, 1 };
	p[n - 5] = (struct rawbpf_classic_insn){ 0x60, 0, 0, 0 };
	assert_int_equal(rawbpf_classic_check(p, n, RAWBPF_ASM_FOR_SOCKET, &r), -EINVAL);
	assert_int_equal(h.errors, 2); /* M[0], and M[1], which nothing writes now */
	assert_int_equal(h.notes, 1);
}

/* ---- hostile text -------------------------------------------------------------------------- */

static void mutated_sources_give_a_program_or_errors(void **state)
{
	static const char *const sources[] = {
		"l: ldh [12]\njeq #0x800, l1, m\nl1: ldxb 4*([14]&0xf)\nm: ret #TRUE ; x\n",
		"(000) ldb [vlanp]\n(001) jeq #0x1 jt 2\tjf 3\n(002) ret #1\n(003) ret\n",
		"static struct sock_filter f[] = {\n{ 0x28, 0, 0, 12 }, /* x */\n{ 6, 0, 0, 1 "
		"}\n};",
		"3,40 0 0 12,21 0 0 2048,6 0 0 1,\n",
		".equ N, (4 << 2) ? 'a' : ~0\n.set N2, N\nst M[3]\nld M[N-13]\nja +0\nret a",
		"Generated program:\n L0: unimp 0x81\nResult:\n{ 0x81, 0, 0, 0 },\n{ 6,0,0,0 }",
	};
	static const char marks[] = "#;:,[]()*&%+-{}'\"\n\0 xaM09.\\/_l";
	struct rawbpf_classic_insn *insns;
	char text[256];
	size_t len, n;

	seed = 99;
	for (unsigned i = 0; i < 30000; i++) {
		len = strlen(sources[i % COUNT(sources)]);
		memcpy(text, sources[i % COUNT(sources)], len);
		for (unsigned j = 1 + rnd(4); j; j--) {
			if (rnd(4))
				text[rnd((uint32_t)len)] = marks[rnd(sizeof(marks))];
			else
				text[rnd((uint32_t)len)] = (char)rnd(256);
		}
		if (!rnd(4))
			len = rnd((uint32_t)len + 1);
		insns = NULL;
		int rc = assemble(text, len, i & 1 ? &forced : &unchecked, &insns, &n);
		if (rc && rc != -EINVAL && rc != -ENOENT)
			fail_msg("status %d", rc);
		free(insns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classic_sources_are_recognised_by_their_first_instruction),
		cmocka_unit_test(other_sources_are_not),
		cmocka_unit_test(an_object_is_not_made_of_classic_BPF),
		cmocka_unit_test(every_instruction_prints_as_text_that_assembles_to_it),
		cmocka_unit_test(formats_have_their_names_and_no_others),
		cmocka_unit_test(a_refusal_names_the_instruction_and_an_acceptance_says_nothing),
		cmocka_unit_test(the_longest_program_is_proved_in_a_moment),
		cmocka_unit_test(mutated_sources_give_a_program_or_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

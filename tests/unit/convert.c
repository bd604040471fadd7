/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic to extended BPF: every result is a whole program, whatever the source. */
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
#include "../../asm/decode.h"

#define MOST 30

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static int convert(const char *text, size_t text_len, enum rawbpf_asm_check check, bool big_endian,
	unsigned char **out, size_t *len)
{
	const struct rawbpf_asm_opts opts = { .classic = true,
		.to_ebpf = true,
		.check = check,
		.format = RAWBPF_ASM_RAW,
		.endian = big_endian ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE };
	struct rawbpf_classic_insn *insns;
	void *bytes = NULL;
	size_t n;
	int rc;

	rc = rawbpf_asm_either_text(text, text_len, "text", &opts, &bytes, len, &insns, &n, NULL);
	assert_null(insns); /* the result is not classic */
	assert_int_equal(rc == 0, bytes != NULL);
	*out = bytes;
	return rc;
}

/* Every slot is an instruction, every jump ends in the program, and so does the program. */
static void is_whole(const unsigned char *bytes, size_t len, bool big_endian)
{
	static struct asm_decoder decoder;
	const size_t n = len / 8;

	rawbpf_asm_decoder_init(&decoder);
	assert_true(n > 3 && !(len % 8));
	for (size_t i = 0; i < n; i++) {
		struct asm_insn insn = asm_unpack(bytes + i * 8, big_endian);

		assert_non_null(rawbpf_asm_decode(&decoder, &insn, NULL));
		if ((insn.code & 7) == 5 && insn.code != 0x85 && insn.code != 0x95)
			assert_in_range(i + 1 + (size_t)insn.off, i + 1, n - 1);
	}
	assert_int_equal(asm_unpack(bytes + len - 8, big_endian).code, 0x95);
}

static const uint8_t codes[] = {
#define CLASSIC(name, operand, code, jump, users) code,
#include "../../asm/classic.def"
};

static struct rawbpf_classic_insn random_insn(uint32_t left)
{
	struct rawbpf_classic_insn insn = { .code = codes[rnd(sizeof(codes))], .k = rnd(18) };

	if (!rnd(100))
		insn.code = (uint16_t)rnd(0x10000);
	if (!rnd(4) && (insn.code & 7) < 2)
		insn.k = rnd(2) ? 0xfffff000 + 4 * rnd(17) : rnd(UINT32_MAX);
	if (!rnd(4) && (insn.code & 7) == 5 && insn.code != 5)
		insn.k = rnd(UINT32_MAX);
	insn.jt = (uint8_t)rnd(left + !rnd(20));
	insn.jf = (uint8_t)rnd(left + !rnd(20));
	return insn;
}

static bool has_refused(const struct rawbpf_classic_insn *insns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((insns[i].code & 0xe7) == 0x20 && insns[i].k >= 0xfffff000)
			switch (insns[i].k - 0xfffff000) {
			case 12: /* nla */
			case 16: /* nlan */
			case 28: /* hatype */
			case 52: /* poff */
				return true;
			}
	return false;
}

static void a_valid_program_becomes_a_whole_one_and_no_other_does(void **state)
{
	struct rawbpf_classic_insn insns[MOST];
	unsigned converted = 0;

	seed = 3;
	for (unsigned i = 0; i < 20000; i++) {
		const size_t n = 1 + rnd(MOST);
		const bool big_endian = rnd(2);
		unsigned char *bytes;
		size_t text_len, len;
		char *text;
		int valid, rc;

		for (size_t j = 0; j < n; j++)
			insns[j] = random_insn((uint32_t)(n - j));
		insns[n - 1].code = rnd(30) ? 0x16 : insns[n - 1].code;
		valid = !rawbpf_classic_check(insns, n, RAWBPF_ASM_FOR_SOCKET, NULL);
		assert_int_equal(rawbpf_classic_write(
					 insns, n, RAWBPF_CLASSIC_DECIMAL, false, &text, &text_len),
			0);
		/* Whatever check is asked for. */
		rc = convert(
			text, text_len, (enum rawbpf_asm_check)rnd(3), big_endian, &bytes, &len);
		free(text);
		if (!valid)
			assert_int_equal(rc, -EINVAL);
		else if (!has_refused(insns, n))
			assert_int_equal(rc, 0);
		if (!rc)
			is_whole(bytes, len, big_endian);
		converted += !rc;
		free(bytes);
	}
	assert_true(converted > 500);
}

static void what_is_not_checked_is_checked_before_it_is_converted(void **state)
{
	static const char *const bad[] = { "st M[16]\nret a", "1,32 0 0 4294963264,", "1,5 0 0 9,",
		"2,21 200 200 0,6 0 0 0,", "1,0 0 0 0,", "1,65535 0 0 0," };
	unsigned char *bytes;
	size_t len;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			convert(bad[i], strlen(bad[i]), RAWBPF_ASM_UNCHECKED, false, &bytes, &len),
			-EINVAL);
}

/* 4096 times the most slots that an instruction becomes: the longest jump fits its 16 bits. */
static void the_longest_program_jumps_over_all_of_it(void **state)
{
	static char text[RAWBPF_CLASSIC_MAX * 24];
	unsigned char *bytes;
	size_t n, len;

	n = (size_t)snprintf(text, sizeof(text), "ja 4095\n");
	for (unsigned i = 1; i < RAWBPF_CLASSIC_MAX - 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "ldx 4*([1]&0xf)\n");
	n += (size_t)snprintf(text + n, sizeof(text) - n, "ret a\n");
	/* Nothing leads to what is between, but with a condition something does. */
	assert_int_equal(convert(text, n, RAWBPF_ASM_FOR_SOCKET, false, &bytes, &len), 0);
	assert_int_equal(len / 8, 3 + 1 + 1);
	free(bytes);
	n = (size_t)snprintf(text, sizeof(text), "jeq #0, 1, 2\nja 4095\n");
	for (unsigned i = 2; i < RAWBPF_CLASSIC_MAX - 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "ldx 4*([1]&0xf)\n");
	n += (size_t)snprintf(text + n, sizeof(text) - n, "ret a\n");
	assert_int_equal(convert(text, n, RAWBPF_ASM_FOR_SOCKET, true, &bytes, &len), 0);
	assert_int_equal(len / 8, 3 + 1 + 1 + 4093 * 6 + 1);
	assert_int_equal(asm_unpack(bytes + 4 * 8, true).off, 4093 * 6);
	is_whole(bytes, len, true);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_program_becomes_a_whole_one_and_no_other_does),
		cmocka_unit_test(what_is_not_checked_is_checked_before_it_is_converted),
		cmocka_unit_test(the_longest_program_jumps_over_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

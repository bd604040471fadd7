/* SPDX-License-Identifier: BSD-2-Clause */
/* Verifier logs of several kernels: the instruction, the reason, the advice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../loader/verifier_log.h"

static struct rawbpf_verdict v;

static void read_log(const char *log)
{
	rawbpf_verifier_read(&v, log, strlen(log));
}

#define assert_reads(log, number, text, advice_word)                                               \
	do {                                                                                       \
		read_log(log);                                                                     \
		assert_string_equal(v.reason, text);                                               \
		assert_int_equal(v.insn, number);                                                  \
		assert_non_null(v.hint);                                                           \
		if (!strstr(v.hint, advice_word))                                                  \
			fail_msg("hint: %s", v.hint);                                              \
	} while (0)

static void unchecked_map_lookup_of_5_10(void **state)
{
	assert_reads("func#0 @0\n"
		     "0: R1=ctx(id=0,off=0,imm=0) R10=fp0\n"
		     "; int count(void *ctx)\n"
		     "0: (b7) r1 = 2\n"
		     "1: R1_w=inv2 R10=fp0\n"
		     "1: (63) *(u32 *)(r10 -4) = r1\n"
		     "last_idx 1 first_idx 0\n"
		     "regs=2 stack=0 before 0: (b7) r1 = 2\n"
		     "7: (85) call bpf_map_lookup_elem#1\n"
		     "8: R0_w=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0) R10=fp0\n"
		     "8: (79) r1 = *(u64 *)(r0 +0)\n"
		     "R0 invalid mem access 'map_value_or_null'\n"
		     "processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0\n",
		8, "R0 invalid mem access 'map_value_or_null'", "compare it with 0");
}

static void unchecked_map_lookup_of_6_12(void **state)
{
	assert_reads("0: R1=ctx() R10=fp0\n"
		     "; int count(void *ctx) @ counters.c:9\n"
		     "0: (b7) r1 = 2                        ; R1_w=2\n"
		     "6: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,map=m)\n"
		     "; *v += 1; @ counters.c:12\n"
		     "7: (79) r1 = *(u64 *)(r0 +0)\n"
		     "R0 invalid mem access 'map_value_or_null'\n"
		     "processed 7 insns (limit 1000000) max_states_per_insn 0\n",
		7, "R0 invalid mem access 'map_value_or_null'", "compare it with 0");
}

static void report_of_7_3_gives_reason_and_suggestion(void **state)
{
	const char *log = "0: R1=ctx() R10=fp0\n"
			  "0: (95) exit\n"
			  "R0 !read_ok\n"
			  "\n"
			  "Verification failed: Register Type Safety: Unreadable register\n"
			  "\n"
			  "Reason:\n"
			  "  R0 was never set.\n"
			  "\n"
			  "At:\n"
			  "  insn 0\n"
			  "  Instruction context:\n"
			  "  >>> 0 | (95) exit\n"
			  "\n"
			  "Suggestion:\n"
			  "  Set R0 on every path\n"
			  "  before this instruction.\n"
			  "\n"
			  "processed 1 insns (limit 1000000)\n";

	assert_reads(log, 0, "R0 !read_ok", "set it first");
	assert_string_equal(v.advice, "Set R0 on every path before this instruction.");
	read_log(strstr(log, "Verification failed"));
	assert_string_equal(v.reason, "R0 was never set.");
	assert_int_equal(v.insn, 0);
}

static void refusals_of_the_control_flow_name_their_instruction(void **state)
{
	assert_reads("unreachable insn 3\nprocessed 0 insns\n", 3, "unreachable insn 3", "no path");
	assert_reads("func#0 @0\nback-edge from insn 12 to 3\nprocessed 0 insns\n", 12,
		"back-edge from insn 12 to 3", "loops");
	assert_reads("jump out of range from insn 4 to 99\n", 4,
		"jump out of range from insn 4 to 99", "leaves its function");
	assert_reads("last insn is not an exit or jmp\nprocessed 0 insns\n", -1,
		"last insn is not an exit or jmp", "must end");
}

static void endless_loop_is_named_without_the_states(void **state)
{
	assert_reads("5: (05) goto pc-1\n"
		     "infinite loop detected at insn 5\n"
		     "cur state: R1=ctx() R10=fp0\n"
		     "old state: R1=ctx() R10=fp0\n"
		     "processed 9 insns\n",
		5, "infinite loop detected at insn 5", "ends");
}

static void reasons_of_two_lines_are_joined(void **state)
{
	assert_reads("9: (7b) *(u64 *)(r0 +8) = r1\n"
		     " R0=map_value(id=0,off=0,ks=4,vs=8,imm=0) R1=inv1 R10=fp0\n"
		     "invalid access to map value, value_size=8 off=8 size=8\n"
		     "R0 min value is outside of the allowed memory range\n"
		     "processed 10 insns\n",
		9,
		"invalid access to map value, value_size=8 off=8 size=8; R0 min value is outside "
		"of "
		"the allowed memory range",
		"after the map's value");
}

static void frequent_reasons_have_a_hint(void **state)
{
	static const struct {
		const char *reason, *hint;
	} rows[] = {
		{ "R2 !read_ok", "r1 to r5" },
		{ "invalid stack off=-520 size=8", "512 bytes" },
		{ "invalid write to stack R10 off=-520 size=8", "512 bytes" },
		{ "invalid indirect read from stack off -8+0 size 8", "not written" },
		{ "invalid indirect read from stack R2 off -8+4 size 8", "not written" },
		{ "cannot call GPL-restricted function from non-GPL compatible program",
			"licence" },
		{ "cannot call GPL only function from proprietary program", "licence" },
		{ "unknown func bpf_ktime_get_tai_ns#208", "does not have the helper" },
		{ "invalid func unknown#4242", "helper of that number" },
		{ "program of this type cannot use helper bpf_probe_read#4", "program type" },
		{ "invalid bpf_context access off=200 size=8", "ctx" },
		{ "R2 unbounded memory access, make sure to bounds check any such access",
			"limit it" },
		{ "math between map_value pointer and register with unbounded min value is not "
		  "allowed",
			"limit it" },
		{ "R2 min value is negative, either use unsigned or 'var &= const'", "unsigned" },
		{ "invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)", "data_end" },
		{ "BPF program is too large. Processed 1000001 insn", "million" },
		{ "The sequence of 8193 jumps is too complex.", "branches" },
		{ "R1 invalid mem access 'scalar'", "probe_read_kernel" },
		{ "R1 invalid mem access 'inv'", "probe_read_kernel" },
		{ "At program exit the register R0 has smin=5 smax=5 should have been in [0, 1]",
			"values" },
		{ "Unreleased reference id=2 alloc_insn=5", "released" },
		{ "R1 type=scalar expected=map_ptr", "another kind" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_log(rows[i].reason);
		assert_string_equal(v.reason, rows[i].reason);
		assert_int_equal(v.insn, -1);
		assert_non_null(v.hint);
		if (!strstr(v.hint, rows[i].hint))
			fail_msg("%s: hint %s", rows[i].reason, v.hint);
	}
}

static void log_that_ends_early_has_no_reason(void **state)
{
	read_log("0: (b7) r1 = 2\n1: R1_w=inv2 R10=fp0\n1: (63) *(u32 *)(r10 -4) = r");
	assert_string_equal(v.reason, "");
	assert_int_equal(v.insn, 1);
	assert_null(v.hint);
	read_log("");
	assert_string_equal(v.reason, "");
	assert_int_equal(v.insn, -1);
}

static void hostile_text_is_bounded_and_cleaned(void **state)
{
	size_t len = 100000;
	char *log = malloc(len);

	memset(log, 'A', len);
	rawbpf_verifier_read(&v, log, len);
	assert_int_equal(strlen(v.reason), sizeof(v.reason) - 1);
	memset(log, '9', len);
	rawbpf_verifier_read(&v, log, len);
	memset(log, '\n', len);
	rawbpf_verifier_read(&v, log, len);
	assert_string_equal(v.reason, "");
	free(log);
	read_log("bad \033[31mthing\177\200\nprocessed 1 insns\n");
	assert_string_equal(v.reason, "bad ?[31mthing??");
	read_log("99999999999999999999: (b7) r0 = 0\nat insn 99999999999999999999\n");
	assert_true(v.insn < INT32_MAX);
}

static void log_cut_at_any_byte_is_read(void **state)
{
	static const char whole[] =
		"func#0 @0\n0: R1=ctx() R10=fp0\n12: (61) r1 = *(u32 *)(r0 +0)\n"
		"R0 invalid mem access 'map_value_or_null'\n\nVerification failed: x\n"
		"\nReason:\n  text\n\nAt:\n  insn 3\n\nSuggestion:\n  do\n";

	for (size_t len = 0; len < sizeof(whole); len++) {
		char *part = malloc(len ? len : 1);

		memcpy(part, whole, len);
		rawbpf_verifier_read(&v, part, len); /* under ASan: not a byte too far */
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unchecked_map_lookup_of_5_10),
		cmocka_unit_test(unchecked_map_lookup_of_6_12),
		cmocka_unit_test(report_of_7_3_gives_reason_and_suggestion),
		cmocka_unit_test(refusals_of_the_control_flow_name_their_instruction),
		cmocka_unit_test(endless_loop_is_named_without_the_states),
		cmocka_unit_test(reasons_of_two_lines_are_joined),
		cmocka_unit_test(frequent_reasons_have_a_hint),
		cmocka_unit_test(log_that_ends_early_has_no_reason),
		cmocka_unit_test(hostile_text_is_bounded_and_cleaned),
		cmocka_unit_test(log_cut_at_any_byte_is_read),
	};

	return cmocka_run_group_tests_name("verifier_log", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Section names: what they mean, and what a misspelt one was meant to be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../loader/attach.h"

static const char *const prefixes[] = {
#define X(prefix, ...) prefix,
#include "../../loader/sections.def"
#undef X
};
#define COUNT (sizeof(prefixes) / sizeof(prefixes[0]))

static const char *prefix_of(const char *section)
{
	const struct rawbpf_section_kind *k = rawbpf_section_kind(section);

	return k ? k->prefix : NULL;
}

static const char *guess(const char *section)
{
	const char *g = rawbpf_section_guess(section);

	return g ? g : "(none)";
}

static void table_has_libbpfs_116_names_and_ours_each_once(void **state)
{
	assert_int_equal(COUNT, 117);
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(prefixes[i], prefixes[k]);
	}
}

static void each_name_finds_its_own_row_with_and_without_target(void **state)
{
	char section[64];

	for (size_t i = 0; i < COUNT; i++) {
		size_t len = strlen(prefixes[i]);

		strcpy(section, prefixes[i]);
		assert_string_equal(prefix_of(section), prefixes[i]);
		if (section[len - 1] == '/')
			section[len - 1] = 0;
		assert_string_equal(prefix_of(section), prefixes[i]);
		strcat(section, "/zz");
		assert_string_equal(prefix_of(section), prefixes[i]);
		memmove(section + 1, section, strlen(section) + 1);
		section[0] = '?';
		assert_string_equal(prefix_of(section), prefixes[i]);
	}
}

static void longest_prefix_wins_at_a_slash(void **state)
{
	assert_string_equal(prefix_of("xdp/foo"), "xdp");
	assert_string_equal(prefix_of("xdp/devmap"), "xdp/devmap");
	assert_string_equal(prefix_of("xdp/devmaps"), "xdp");
	assert_string_equal(prefix_of("uprobe//usr/bin/x:f"), "uprobe/");
	assert_string_equal(prefix_of("tc/ingress/x"), "tc/ingress");
	assert_null(prefix_of("xdp_pass"));
	assert_null(prefix_of("cgroup/nothing"));
	assert_null(prefix_of(""));
	assert_null(prefix_of("?"));
}

static void rows_have_the_kernels_types(void **state)
{
	const struct rawbpf_section_kind *k = rawbpf_section_kind("breakpoint/memcpy");

	assert_int_equal(k->prog_type, RAWBPF_PROG_TYPE_PERF_EVENT);
	assert_int_equal(k->place, RAWBPF_PLACE_BREAKPOINT);
	k = rawbpf_section_kind("uretprobe.s/x:y");
	assert_int_equal(k->prog_type, RAWBPF_PROG_TYPE_KPROBE);
	assert_int_equal(k->place, RAWBPF_PLACE_URETPROBE);
	assert_true(k->sleepable);
	k = rawbpf_section_kind("xdp.frags/cpumap");
	assert_int_equal(k->expected_attach_type, RAWBPF_XDP_CPUMAP);
	assert_true(k->xdp_frags);
	k = rawbpf_section_kind("lsm.s/file_open");
	assert_true(k->needs_btf_id && k->sleepable);
	k = rawbpf_section_kind("kprobe/x");
	assert_false(k->needs_btf_id || k->sleepable || k->xdp_frags);
}

static void misspelt_names_are_guessed(void **state)
{
	assert_string_equal(guess("kprob/vfs_read"), "kprobe/");
	assert_string_equal(guess("?kprobes/vfs_read"), "kprobe/");
	assert_string_equal(guess("tracepont/syscalls/sys_enter_read"), "tracepoint/");
	assert_string_equal(guess("xpd"), "(none)"); /* two edits of three letters */
	assert_string_equal(guess("xdpp"), "xdp");
	assert_string_equal(guess("xdp_pass"), "xdp");
	assert_string_equal(guess("socket_filter"), "socket");
	assert_string_equal(guess("cgroup/conect4"), "cgroup/connect4");
	assert_string_equal(guess("cgroup/getsockname_unx"), "cgroup/getsockname_unix");
	assert_string_equal(guess("something/else"), "(none)");
	assert_string_equal(guess(""), "(none)");
	assert_string_equal(
		guess("a_section_name_that_is_far_longer_than_any_that_we_know_of"), "(none)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_libbpfs_116_names_and_ours_each_once),
		cmocka_unit_test(each_name_finds_its_own_row_with_and_without_target),
		cmocka_unit_test(longest_prefix_wins_at_a_slash),
		cmocka_unit_test(rows_have_the_kernels_types),
		cmocka_unit_test(misspelt_names_are_guessed),
	};

	return cmocka_run_group_tests_name("sections", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Every spelling of a place that is accepted, and whole messages for those that are not. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../loader/attach.h"

static char said[2048];

static void hear(void *arg, const struct rawbpf_diag *d)
{
	assert_int_equal(d->err, -EINVAL);
	assert_int_equal(d->kind, RAWBPF_ERROR);
	snprintf(said, sizeof(said), "%s", d->msg);
}

static const struct rawbpf_sink sink = { .say = hear };

/* A place in one line: "KIND path symbol offset arg", NULL as "-". */
static const char *line_of(const struct rawbpf_place *p)
{
	static const char *const kinds[] = { "none", "kprobe", "kretprobe", "uprobe", "uretprobe",
		"tracepoint", "raw_tracepoint", "breakpoint" };
	static char line[1024];

	assert_int_equal(p->pid, -1);
	snprintf(line, sizeof(line), "%s %s %s 0x%llx %u", kinds[p->kind], p->path ? p->path : "-",
		p->symbol ? p->symbol : "-", (unsigned long long)p->offset, p->arg);
	return line;
}

typedef int parser(struct rawbpf_place *out, const char *text, const struct rawbpf_sink *sink);

static void accepted(parser *parse, const char *text, const char *line)
{
	struct rawbpf_place p;

	said[0] = '\0';
	if (parse(&p, text, &sink) < 0)
		fail_msg("%s: %s", text, said);
	assert_string_equal(said, "");
	assert_string_equal(line_of(&p), line);
	rawbpf_place_clear(&p);
	rawbpf_place_clear(&p);
}

static void refused(parser *parse, const char *text, const char *message)
{
	struct rawbpf_place p;

	said[0] = '\0';
	assert_int_equal(parse(&p, text, &sink), -EINVAL);
	assert_string_equal(said, message);
	assert_string_equal(line_of(&p), "none - - 0x0 0");
	assert_int_equal(parse(&p, text, NULL), -EINVAL);
}

#define SECTION(text, line) accepted(rawbpf_place_from_section, text, line)
#define NO_SECTION(text, message) refused(rawbpf_place_from_section, text, message)
#define ON(text, line) accepted(rawbpf_place_from_on, text, line)
#define NOT_ON(text, message) refused(rawbpf_place_from_on, text, message)

/* ---- sections ------------------------------------------------------------------- */

static void section_of_a_kernel_function_gives_symbol_and_offset(void **state)
{
	SECTION("kprobe/vfs_read", "kprobe - vfs_read 0x0 0");
	SECTION("?kprobe/vfs_read", "kprobe - vfs_read 0x0 0");
	SECTION("kprobe/vfs_read+0x10", "kprobe - vfs_read 0x10 0");
	SECTION("kprobe/vfs_read+16", "kprobe - vfs_read 0x10 0");
	SECTION("kprobe/do_x.isra.0", "kprobe - do_x.isra.0 0x0 0");
	SECTION("kretprobe/vfs_read", "kretprobe - vfs_read 0x0 0");
	SECTION("kretprobe/vfs_read+0", "kretprobe - vfs_read 0x0 0");
	SECTION("breakpoint/memcpy", "breakpoint - memcpy 0x0 0");
	SECTION("breakpoint/memcpy+4", "breakpoint - memcpy 0x4 0");
}

static void section_of_a_user_function_gives_path_symbol_and_offset(void **state)
{
	SECTION("uprobe/libc:memcpy", "uprobe libc memcpy 0x0 0");
	SECTION("uprobe//bin/sh:main", "uprobe /bin/sh main 0x0 0");
	SECTION("uprobe//bin/sh:main+0x4", "uprobe /bin/sh main 0x4 0");
	SECTION("uprobe//bin/sh:0x1234", "uprobe /bin/sh - 0x1234 0");
	SECTION("uprobe//bin/sh:4660", "uprobe /bin/sh - 0x1234 0");
	SECTION("uprobe/libc:memcpy@GLIBC_2.14", "uprobe libc memcpy@GLIBC_2.14 0x0 0");
	SECTION("uprobe//a b/c:d:main", "uprobe /a b/c:d main 0x0 0");
	SECTION("uprobe.s//bin/sh:main", "uprobe /bin/sh main 0x0 0");
	SECTION("uretprobe//bin/sh:main", "uretprobe /bin/sh main 0x0 0");
	SECTION("uretprobe//bin/sh:0x1234", "uretprobe /bin/sh - 0x1234 0");
	SECTION("uretprobe.s/libc:f", "uretprobe libc f 0x0 0");
}

static void section_of_a_tracepoint_gives_category_and_name(void **state)
{
	SECTION("tracepoint/syscalls/sys_enter_openat",
		"tracepoint syscalls sys_enter_openat 0x0 0");
	SECTION("tp/sched/sched_switch", "tracepoint sched sched_switch 0x0 0");
	SECTION("tp/xhci-hcd/x", "tracepoint xhci-hcd x 0x0 0");
	SECTION("raw_tracepoint/sched_switch", "raw_tracepoint - sched_switch 0x0 0");
	SECTION("raw_tp/sys_enter", "raw_tracepoint - sys_enter 0x0 0");
	SECTION("raw_tp.w/sys_enter", "raw_tracepoint - sys_enter 0x0 0");
}

static void section_that_is_attached_elsewhere_gives_no_place(void **state)
{
	SECTION("xdp", "none - - 0x0 0");
	SECTION("perf_event", "none - - 0x0 0");
	SECTION("fentry/vfs_read", "none - - 0x0 0");
}

static void section_without_its_target_is_told_the_form(void **state)
{
	NO_SECTION("kprobe", "'kprobe': the function is missing; the form is "
			     "kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/", "'kprobe/': the function is missing; the form is "
			      "kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("uprobe",
		"'uprobe': PATH: is missing; the form is uprobe/PATH:FUNCTION[+OFFSET] "
		"or uprobe/PATH:OFFSET");
	NO_SECTION("uprobe/:f", "'uprobe/:f': the path is missing; the form is "
				"uprobe/PATH:FUNCTION[+OFFSET] or uprobe/PATH:OFFSET");
	NO_SECTION("uprobe/libc:", "'uprobe/libc:': the function or offset is missing; the form is "
				   "uprobe/PATH:FUNCTION[+OFFSET] or uprobe/PATH:OFFSET");
	NO_SECTION("tracepoint/sched", "'tracepoint/sched': the category or the name is missing; "
				       "the form is tracepoint/CATEGORY/NAME");
	NO_SECTION("raw_tp", "'raw_tp': the name is missing; the form is raw_tracepoint/NAME");
	NO_SECTION("breakpoint/", "'breakpoint/': the function is missing; the form is "
				  "breakpoint/FUNCTION[+OFFSET]");
}

static void name_that_could_end_a_tracefs_line_is_refused(void **state)
{
	NO_SECTION("kprobe/a b", "'kprobe/a b': 'a b' is not a function's name; the form is "
				 "kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/a\n-:b", "'kprobe/a\n-:b': 'a\n-:b' is not a function's name; the form "
				    "is kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/3", "'kprobe/3': '3' is not a function's name; the form is "
			       "kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("uprobe//a\nb:c", "'uprobe//a\nb:c': the path has a control character; the form "
				     "is uprobe/PATH:FUNCTION[+OFFSET] or uprobe/PATH:OFFSET");
	NO_SECTION("uprobe//a:b c", "'uprobe//a:b c': 'b c' is not a function's name; the form is "
				    "uprobe/PATH:FUNCTION[+OFFSET] or uprobe/PATH:OFFSET");
	NO_SECTION("tp/a/../b", "'tp/a/../b': 'a/../b' is not a tracepoint's category and name; "
				"the form is tracepoint/CATEGORY/NAME");
	NO_SECTION("raw_tp/a/b", "'raw_tp/a/b': 'a/b' is not a tracepoint's name; the form is "
				 "raw_tracepoint/NAME");
}

static void offset_that_is_no_number_is_refused(void **state)
{
	NO_SECTION("kprobe/f+", "'kprobe/f+': '' is not an offset in bytes (decimal or 0x...); the "
				"form is kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/f+0x", "'kprobe/f+0x': '0x' is not an offset in bytes (decimal or "
				  "0x...); the form is kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/f+1g", "'kprobe/f+1g': '1g' is not an offset in bytes (decimal or "
				  "0x...); the form is kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("kprobe/f+0x10000000000000000",
		"'kprobe/f+0x10000000000000000': '0x10000000000000000' is not an offset in bytes "
		"(decimal or 0x...); the form is kprobe/FUNCTION[+OFFSET]");
	NO_SECTION("uprobe/a:0x1g", "'uprobe/a:0x1g': '0x1g' is not an offset in the file (decimal "
				    "or 0x...); the form is uprobe/PATH:FUNCTION[+OFFSET] or "
				    "uprobe/PATH:OFFSET");
}

static void return_probe_takes_no_offset_from_its_function(void **state)
{
	NO_SECTION("kretprobe/f+4", "'kretprobe/f+4': a return probe takes no offset; the form is "
				    "kretprobe/FUNCTION");
	NO_SECTION("uretprobe/a:f+4", "'uretprobe/a:f+4': a return probe takes no offset; the form "
				      "is uretprobe/PATH:FUNCTION or uretprobe/PATH:OFFSET");
}

static void unknown_section_gets_the_nearest_one(void **state)
{
	NO_SECTION("kprob/vfs_read",
		"'kprob/vfs_read': unknown kind of section; did you mean 'kprobe/'?");
	NO_SECTION("something else", "'something else': unknown kind of section");
}

static void name_longer_than_any_the_kernel_has_is_refused(void **state)
{
	char section[700] = "kprobe/";
	struct rawbpf_place p;

	memset(section + 7, 'a', 511);
	assert_int_equal(rawbpf_place_from_section(&p, section, &sink), 0);
	rawbpf_place_clear(&p);
	section[7 + 511] = 'a';
	assert_int_equal(rawbpf_place_from_section(&p, section, &sink), -EINVAL);
}

/* ---- --on ---------------------------------------------------------------------------- */

static void on_gives_the_place_and_the_argument(void **state)
{
	ON("kprobe:memcpy:3", "kprobe - memcpy 0x0 3");
	ON("kprobe:memcpy", "kprobe - memcpy 0x0 0");
	ON("kprobe:memcpy+0x8:3", "kprobe - memcpy 0x8 3");
	ON("kretprobe:f:1", "kretprobe - f 0x0 1");
	ON("breakpoint:memcpy:3", "breakpoint - memcpy 0x0 3");
	ON("uprobe:libc:memcpy:3", "uprobe libc memcpy 0x0 3");
	ON("uprobe:libc:memcpy", "uprobe libc memcpy 0x0 0");
	ON("uprobe:./a.out:f+4:5", "uprobe ./a.out f 0x4 5");
	ON("uretprobe:/bin/sh:main", "uretprobe /bin/sh main 0x0 0");
}

static void on_with_two_numbers_has_the_offset_first(void **state)
{
	ON("uprobe:/bin/sh:0x1234", "uprobe /bin/sh - 0x1234 0");
	ON("uprobe:/bin/sh:4660", "uprobe /bin/sh - 0x1234 0");
	ON("uprobe:/bin/sh:4660:2", "uprobe /bin/sh - 0x1234 2");
}

static void on_with_an_argument_that_no_call_has_is_refused(void **state)
{
	NOT_ON("kprobe:f:0", "'kprobe:f:0': ARG is '0', and must be the argument's number, 1 to 5; "
			     "the form is kprobe:FUNCTION[+OFFSET][:ARG]");
	NOT_ON("kprobe:f:6", "'kprobe:f:6': ARG is '6', and must be the argument's number, 1 to 5; "
			     "the form is kprobe:FUNCTION[+OFFSET][:ARG]");
	NOT_ON("breakpoint:f:1x", "'breakpoint:f:1x': ARG is '1x', and must be the argument's "
				  "number, 1 to 5; the form is breakpoint:FUNCTION[+OFFSET][:ARG]");
	NOT_ON("kprobe:f:x", "'kprobe:f:x': 'f:x' is not a function's name; the form is "
			     "kprobe:FUNCTION[+OFFSET][:ARG]");
}

static void on_without_its_target_is_told_the_form(void **state)
{
	NOT_ON("kprobe", "'kprobe': the function is missing; the form is "
			 "kprobe:FUNCTION[+OFFSET][:ARG]");
	NOT_ON("kprobe:", "'kprobe:': the function is missing; the form is "
			  "kprobe:FUNCTION[+OFFSET][:ARG]");
	NOT_ON("uprobe:f", "'uprobe:f': PATH: is missing; the form is "
			   "uprobe:PATH:FUNCTION[+OFFSET][:ARG] or uprobe:PATH:OFFSET[:ARG]");
}

static void on_something_unknown_lists_what_there_is(void **state)
{
	NOT_ON("kprob:f", "'kprob:f': 'kprob' is no place to hang a program; did you mean "
			  "'kprobe'? kprobe, kretprobe, uprobe, uretprobe and breakpoint are");
	NOT_ON("xdp:eth0", "'xdp:eth0': 'xdp' is no place to hang a program; kprobe, kretprobe, "
			   "uprobe, uretprobe and breakpoint are");
	NOT_ON("", "'': '' is no place to hang a program; kprobe, kretprobe, uprobe, uretprobe and "
		   "breakpoint are");
}

/* ---- printing --------------------------------------------------------------------------- */

static void prints(const char *section, const char *text, uint32_t prog_type)
{
	struct rawbpf_place p;
	char buf[256], small[8];

	assert_int_equal(rawbpf_place_from_section(&p, section, &sink), 0);
	assert_int_equal(rawbpf_place_print(&p, buf, sizeof(buf)), strlen(text));
	assert_string_equal(buf, text);
	assert_int_equal(rawbpf_place_print(&p, small, sizeof(small)), strlen(text));
	assert_memory_equal(small, text, 7);
	assert_int_equal(small[7], 0);
	assert_int_equal(rawbpf_place_prog_type(&p), prog_type);
	rawbpf_place_clear(&p);
}

static void place_prints_as_people_read_it_and_knows_its_program_type(void **state)
{
	prints("kprobe/memcpy", "kprobe on memcpy", RAWBPF_PROG_TYPE_KPROBE);
	prints("kprobe/f+16", "kprobe on f+0x10", RAWBPF_PROG_TYPE_KPROBE);
	prints("kretprobe/f", "kretprobe on f", RAWBPF_PROG_TYPE_KPROBE);
	prints("breakpoint/memcpy", "breakpoint on memcpy", RAWBPF_PROG_TYPE_PERF_EVENT);
	prints("uprobe/libc:memcpy", "uprobe on libc:memcpy", RAWBPF_PROG_TYPE_KPROBE);
	prints("uprobe//bin/sh:0x10", "uprobe on /bin/sh:0x10", RAWBPF_PROG_TYPE_KPROBE);
	prints("uretprobe/a:f", "uretprobe on a:f", RAWBPF_PROG_TYPE_KPROBE);
	prints("tp/a/b", "tracepoint a/b", RAWBPF_PROG_TYPE_TRACEPOINT);
	prints("raw_tp/sys_enter", "raw tracepoint sys_enter", RAWBPF_PROG_TYPE_RAW_TRACEPOINT);
	prints("socket", "no place", RAWBPF_PROG_TYPE_UNSPEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_of_a_kernel_function_gives_symbol_and_offset),
		cmocka_unit_test(section_of_a_user_function_gives_path_symbol_and_offset),
		cmocka_unit_test(section_of_a_tracepoint_gives_category_and_name),
		cmocka_unit_test(section_that_is_attached_elsewhere_gives_no_place),
		cmocka_unit_test(section_without_its_target_is_told_the_form),
		cmocka_unit_test(name_that_could_end_a_tracefs_line_is_refused),
		cmocka_unit_test(offset_that_is_no_number_is_refused),
		cmocka_unit_test(return_probe_takes_no_offset_from_its_function),
		cmocka_unit_test(unknown_section_gets_the_nearest_one),
		cmocka_unit_test(name_longer_than_any_the_kernel_has_is_refused),
		cmocka_unit_test(on_gives_the_place_and_the_argument),
		cmocka_unit_test(on_with_two_numbers_has_the_offset_first),
		cmocka_unit_test(on_with_an_argument_that_no_call_has_is_refused),
		cmocka_unit_test(on_without_its_target_is_told_the_form),
		cmocka_unit_test(on_something_unknown_lists_what_there_is),
		cmocka_unit_test(place_prints_as_people_read_it_and_knows_its_program_type),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}

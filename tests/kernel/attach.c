/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaching on this machine's kernel: only to functions of this test and for its own processes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../loader/attach.h"
#include "../../loader/elfsym.h"
#include "../../loader/kernelsym.h"
#include "../../loader/link.h"
#include "../../syscall/sys.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define REGS(dst, src) ((dst) | (src) << 4)
#else
#define REGS(dst, src) ((dst) << 4 | (src))
#endif

/* ---- what is probed ------------------------------------------------------------- */

int attach_test_target(int n);
__attribute__((noinline, noclone)) int attach_test_target(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static void call_target(unsigned n)
{
	while (n--)
		attach_test_target((int)n);
}

/* ---- a program that counts, and what was said ------------------------------------- */

struct counter {
	int map, prog;
};

static char said[1024];

static void hear(void *arg, const struct rawbpf_diag *d)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s%s", n ? "\n" : "", d->msg);
}

static const struct rawbpf_sink sink = { .say = hear };

static int open_map(void)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
		.map_name = "attach_count",
	};

	return rawbpf_map_create(&attr);
}

static int load_counter(int map)
{
	struct rawbpf_insn insns[] = {
		{ 0x62, REGS(10, 0), -4, 0 },                    /* *(u32 *)(r10 - 4) = 0 */
		{ 0xbf, REGS(2, 10), 0, 0 },                     /* r2 = r10 */
		{ 0x07, REGS(2, 0), 0, -4 },                     /* r2 += -4 */
		{ 0x18, REGS(1, RAWBPF_PSEUDO_MAP_FD), 0, map }, /* r1 = map ll */
		{ 0 }, { 0x85, 0, 0, 1 },                        /* call map_lookup_elem */
		{ 0x15, REGS(0, 0), 2, 0 },                      /* if r0 == 0 goto +2 */
		{ 0xb7, REGS(1, 0), 0, 1 },                      /* r1 = 1 */
		{ 0xdb, REGS(0, 1), 0, 0 },                      /* lock *(u64 *)(r0 + 0) += r1 */
		{ 0xb7, REGS(0, 0), 0, 0 },                      /* r0 = 0 */
		{ 0x95, 0, 0, 0 },                               /* exit */
	};
	struct rawbpf_attr_prog_load attr = {
		.prog_type = RAWBPF_PROG_TYPE_KPROBE,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.insns = rawbpf_ptr(insns),
		.license = rawbpf_ptr("GPL"),
		.prog_name = "attach_count",
	};

	return rawbpf_prog_load(&attr);
}

static uint64_t count_of(const struct counter *c)
{
	uint32_t key = 0;
	uint64_t value = ~0ULL;

	assert_int_equal(rawbpf_map_lookup_elem(c->map, &key, &value, 0), 0);
	return value;
}

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int setup(void **state)
{
	static struct counter c;

	said[0] = '\0';
	*state = &c;
	c.map = open_map();
	c.prog = c.map < 0 ? c.map : load_counter(c.map);
	return 0;
}

static int teardown(void **state)
{
	struct counter *c = *state;

	rawbpf_sys_close(c->prog);
	rawbpf_sys_close(c->map);
	return 0;
}

static struct counter *need(void **state)
{
	struct counter *c = *state;

	assert_true(c->prog >= 0);
	return c;
}

static const char *own_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = '\0';
	return path;
}

/* Where the file has the target, from our own maps and not from symbols. */
static uint64_t own_offset(void)
{
	uint64_t address = (uint64_t)(uintptr_t)attach_test_target, offset = 0;
	struct rawbpf_lines lines;
	struct rawbpf_mapping m;
	char *line;

	assert_int_equal(rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, "/proc/self/maps"), 0);
	while ((line = rawbpf_lines_next(&lines)))
		if (rawbpf_mapping_parse(line, &m) && address >= m.start && address < m.end)
			offset = address - m.start + m.offset;
	rawbpf_lines_close(&lines);
	assert_true(offset > 0);
	return offset;
}

static struct rawbpf_link *attach(const struct counter *c, const struct rawbpf_place *place)
{
	struct rawbpf_link *link;

	if (rawbpf_link_open(&link, place, &sink) < 0 || rawbpf_link_bind(link, c->prog, &sink) < 0)
		fail_msg("%s", said);
	assert_string_equal(said, "");
	return link;
}

static struct rawbpf_place target(enum rawbpf_place_kind kind, int pid)
{
	return (struct rawbpf_place){
		.kind = kind,
		.path = (char *)own_path(),
		.symbol = (char *)"attach_test_target",
		.pid = pid,
	};
}

/* ---- uprobes -------------------------------------------------------------------------- */

static void counts_exactly(void **state, struct rawbpf_place place)
{
	struct counter *c = need(state);
	unsigned fds = open_fds();
	struct rawbpf_link *link = attach(c, &place);

	call_target(1000);
	assert_int_equal(count_of(c), 1000);
	rawbpf_link_free(link);
	call_target(10);
	assert_int_equal(count_of(c), 1000);
	assert_int_equal(open_fds(), fds);
}

static void uprobe_by_symbol_counts_each_call(void **state)
{
	counts_exactly(state, target(RAWBPF_PLACE_UPROBE, getpid()));
}

static void uretprobe_by_symbol_counts_each_return(void **state)
{
	counts_exactly(state, target(RAWBPF_PLACE_URETPROBE, getpid()));
}

static void uprobe_by_file_offset_counts_each_call(void **state)
{
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());

	place.symbol = NULL;
	place.offset = own_offset();
	counts_exactly(state, place);
}

static void uprobe_on_all_processes_counts_ours(void **state)
{
	counts_exactly(state, target(RAWBPF_PLACE_UPROBE, -1));
}

static void program_by_its_name_alone_is_found_among_what_the_process_maps(void **state)
{
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());

	place.path = strrchr(place.path, '/') + 1;
	counts_exactly(state, place);
}

/* A child of ours that waits for a byte, calls n times, and ends. */
static pid_t start_child(int *go, unsigned n)
{
	int pipe_fds[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipe_fds[1]);
		if (read(pipe_fds[0], &byte, 1) == 1)
			call_target(n);
		_exit(0);
	}
	close(pipe_fds[0]);
	*go = pipe_fds[1];
	return pid;
}

static void end_child(pid_t pid, int go)
{
	int status;

	if (write(go, "", 1) != 1)
		print_message("# the child was gone\n");
	close(go);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void uprobe_on_one_process_does_not_count_another(void **state)
{
	struct counter *c = need(state);
	int go;
	pid_t pid = start_child(&go, 30);
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, pid);
	struct rawbpf_link *link = attach(c, &place);

	call_target(500);
	end_child(pid, go);
	assert_int_equal(count_of(c), 30);
	rawbpf_link_free(link);
}

static void link_prints_the_file_and_offset_it_took(void **state)
{
	struct counter *c = need(state);
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());
	struct rawbpf_link *link = attach(c, &place);
	char text[5000], want[5000];

	rawbpf_link_print(link, text, sizeof(text));
	snprintf(want, sizeof(want), "uprobe on %s:attach_test_target (+0x%llx)", own_path(),
		(unsigned long long)own_offset());
	assert_string_equal(text, want);
	rawbpf_link_free(link);
}

/* ---- IFUNCs ----------------------------------------------------------------------------- */

/* What a sanitizer does not put itself in front of; NULL without a dynamic glibc. */
static void *libcs_memcpy(void)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), *p;

	p = libc ? dlsym(libc, "memcpy") : NULL;
	if (libc)
		dlclose(libc);
	return p;
}

static void uprobe_on_libc_memcpy_counts_copies(void **state)
{
	struct counter *c = need(state);
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	struct rawbpf_place place = { .kind = RAWBPF_PLACE_UPROBE,
		.path = (char *)"libc",
		.symbol = (char *)"memcpy",
		.pid = getpid() };
	struct rawbpf_link *link;
	char from[300] = "x", to[300];
	void *libcs = libcs_memcpy();

	if (SANITIZED)
		memcpy((void *)&copy, &libcs, sizeof(libcs));
	link = attach(c, &place);
	for (size_t i = 0; i < 100; i++)
		copy(to, from, i);
	assert_in_range(count_of(c), 100, 200);
	rawbpf_link_free(link);
}

struct libc_memcpy {
	struct rawbpf_exe exe;
	struct rawbpf_function f;
	char path[4096];
};

static void open_libc(struct libc_memcpy *l)
{
	assert_int_equal(rawbpf_exe_find("libc", -1, l->path, sizeof(l->path)), 0);
	assert_int_equal(rawbpf_exe_open(&l->exe, l->path), 0);
	assert_int_equal(rawbpf_exe_function(&l->exe, "memcpy", &l->f, NULL), 0);
}

static void another_process_tells_the_same_ifunc_choice_as_ours(void **state)
{
	struct libc_memcpy l;
	uint64_t ours = 0, others = 0;
	char tried[512];
	int go;
	pid_t pid;

	open_libc(&l);
	pid = start_child(&go, 0);
	assert_int_equal(
		rawbpf_ifunc_offset(&l.exe, &l.f, "memcpy", -1, &ours, tried, sizeof(tried)), 0);
	assert_int_equal(
		rawbpf_ifunc_offset(&l.exe, &l.f, "memcpy", pid, &others, tried, sizeof(tried)), 0);
	end_child(pid, go);
	rawbpf_exe_close(&l.exe);
	assert_true(ours == others && ours > 0);
}

static void callers_slot_tells_the_ifunc_choice_where_libc_itself_does_not(void **state)
{
	struct libc_memcpy l;
	uint64_t ours = 0, others = 0;
	char tried[512];
	int go;
	pid_t pid;

	open_libc(&l);
	pid = start_child(&go, 0);
	assert_int_equal(
		rawbpf_ifunc_offset(&l.exe, &l.f, "memcpy", -1, &ours, tried, sizeof(tried)), 0);
	/* so that no relocation of libc's own is to this resolver, and only callers are left */
	l.f.value++;
	l.f.versions = 0;
	assert_int_equal(
		rawbpf_ifunc_offset(&l.exe, &l.f, "memcpy", pid, &others, tried, sizeof(tried)), 0);
	end_child(pid, go);
	rawbpf_exe_close(&l.exe);
	assert_true(ours == others && ours > 0);
}

/* ---- tracefs ------------------------------------------------------------------------------ */

static bool event_is_there(const char *name)
{
	char group[128], *slash;
	int tracefs = rawbpf_tracefs_open(NULL), id;

	assert_true(tracefs >= 0);
	snprintf(group, sizeof(group), "%s", name);
	slash = strchr(group, '/');
	*slash = '\0';
	id = rawbpf_trace_event_id(tracefs, group, slash + 1);
	rawbpf_sys_close(tracefs);
	return id >= 0;
}

static void uprobe_through_tracefs_counts_and_leaves_no_event(void **state)
{
	struct counter *c = need(state);
	char definition[4200], name[128];
	struct rawbpf_probe probe = {
		.pmu = "no_such_pmu",
		.events = "uprobe_events",
		.name = own_path(),
		.definition = definition,
		.hint = "attach_test_target",
		.pid = getpid(),
	};
	unsigned fds = open_fds();
	struct rawbpf_link *link = calloc(1, sizeof(*link));
	int rc;

	assert_non_null(link);
	link->event.events_fd = -1;
	link->place.kind = RAWBPF_PLACE_UPROBE;
	snprintf(definition, sizeof(definition), "%s:0x%llx", own_path(),
		(unsigned long long)own_offset());
	rc = rawbpf_probe_open(link, &probe);
	assert_int_equal(rc, 0);
	snprintf(name, sizeof(name), "%s", link->event.name);
	assert_true(event_is_there(name));
	assert_int_equal(rawbpf_link_bind(link, c->prog, &sink), 0);
	call_target(77);
	assert_int_equal(count_of(c), 77);
	rawbpf_link_free(link);
	assert_false(event_is_there(name));
	assert_int_equal(open_fds(), fds);
}

/* ---- refusals ------------------------------------------------------------------------------ */

static void refused(void **state, const struct rawbpf_place *place, int err, const char *message)
{
	unsigned fds = open_fds();
	struct rawbpf_link *link;

	assert_int_equal(rawbpf_link_open(&link, place, &sink), err);
	assert_null(link);
	assert_string_equal(said, message);
	assert_int_equal(open_fds(), fds);
}

static void kprobe_without_kprobes_in_the_kernel_says_so(void **state)
{
	struct rawbpf_place place = {
		.kind = RAWBPF_PLACE_KPROBE, .symbol = (char *)"memcpy", .pid = -1
	};

	refused(state, &place, -EOPNOTSUPP,
		"kprobe on memcpy: not possible here: this kernel was built without CONFIG_KPROBES "
		"(no kprobe PMU, no register_kprobe in /proc/kallsyms)");
}

static void breakpoint_without_kprobes_in_the_kernel_says_so(void **state)
{
	struct rawbpf_place place = {
		.kind = RAWBPF_PLACE_BREAKPOINT, .symbol = (char *)"memcpy", .pid = -1
	};

	refused(state, &place, -EOPNOTSUPP,
		"breakpoint on memcpy: refused by the kernel (EINVAL): this kernel was built "
		"without CONFIG_KPROBES (no register_kprobe in /proc/kallsyms), and then takes no "
		"breakpoint in itself");
}

static void misspelt_function_gets_the_right_name(void **state)
{
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());
	char message[9000];

	place.symbol = (char *)"attach_test_tarjet";
	snprintf(message, sizeof(message),
		"uprobe on %s:attach_test_tarjet: no such function in %s; did you mean "
		"'attach_test_target'?",
		own_path(), own_path());
	refused(state, &place, -ENOENT, message);
}

static void function_without_a_file_that_it_could_be_in_says_where_was_looked(void **state)
{
	struct rawbpf_place place = { .kind = RAWBPF_PLACE_UPROBE,
		.path = (char *)"no-such-program-anywhere",
		.symbol = (char *)"f",
		.pid = -1 };

	refused(state, &place, -ENOENT,
		"uprobe on no-such-program-anywhere:f: no program or library "
		"'no-such-program-anywhere' found in the usual folders; a path with a '/' is taken "
		"as it is");
}

static void offset_beyond_the_file_is_said_with_its_size(void **state)
{
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());

	need(state);
	place.symbol = NULL;
	place.offset = 1ULL << 40;
	assert_int_equal(rawbpf_link_open(&(struct rawbpf_link *){ NULL }, &place, &sink), -EINVAL);
	assert_non_null(strstr(said, "refused by the kernel (EINVAL): the file has "));
	assert_non_null(strstr(said, " bytes, so there is no offset 0x10000000000"));
}

static void program_of_another_type_is_refused_and_leaves_no_event(void **state)
{
	struct counter *c = need(state);
	struct rawbpf_place place = target(RAWBPF_PLACE_UPROBE, getpid());
	unsigned fds = open_fds();
	struct rawbpf_link *link;

	assert_int_equal(rawbpf_link_open(&link, &place, &sink), 0);
	assert_true(rawbpf_link_bind(link, c->map, &sink) < 0);
	assert_non_null(strstr(said, ": the program was refused by the kernel (EINVAL): "));
	assert_int_equal(open_fds(), fds);
	rawbpf_link_free(link);
}

/* ---- what cannot be tested here, and why: NULL where it can ------------------------------------
 */

static const char *nothing(void)
{
	return NULL;
}

static const char *privilege(void)
{
	static char why[600];
	int map = open_map(), prog = map < 0 ? map : load_counter(map);

	rawbpf_sys_close(prog);
	rawbpf_sys_close(map);
	if (prog != -EPERM && prog != -EACCES)
		return rawbpf_pmu_is_there("uprobe") ? NULL : "this kernel has no uprobe PMU";
	rawbpf_why_eperm(why, sizeof(why));
	return why;
}

static const char *no_tracefs(void)
{
	int dir = rawbpf_tracefs_open(NULL);

	rawbpf_sys_close(dir);
	return dir < 0 ? "tracefs cannot be opened" : privilege();
}

static const char *no_ifunc(void)
{
	struct libc_memcpy l;

	if (!libcs_memcpy())
		return "not linked with a dynamic glibc";
	open_libc(&l);
	rawbpf_exe_close(&l.exe);
	return l.f.ifunc ? privilege() : "memcpy is no IFUNC in this libc";
}

static const char *no_slot(void)
{
	return SANITIZED ? "a sanitizer's memcpy is in this program's slot" : no_ifunc();
}

/* Nothing is attached to the kernel itself where it would be accepted. */
static const char *has_kprobes(void)
{
	return rawbpf_kernel_has_kprobes() ? "this kernel has kprobes" : privilege();
}

static const char *other_breakpoints(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return has_kprobes();
#else
	return "only x86 asks the kprobe blacklist for breakpoints";
#endif
}

int main(void)
{
#define T(f, why_not)                                                                              \
	{                                                                                          \
		{ #f, f, setup, teardown, NULL }, why_not                                          \
	}
	static const struct {
		struct CMUnitTest test;
		const char *(*why_not)(void);
	} all[] = {
		T(uprobe_by_symbol_counts_each_call, privilege),
		T(uretprobe_by_symbol_counts_each_return, privilege),
		T(uprobe_by_file_offset_counts_each_call, privilege),
		T(uprobe_on_all_processes_counts_ours, privilege),
		T(program_by_its_name_alone_is_found_among_what_the_process_maps, privilege),
		T(uprobe_on_one_process_does_not_count_another, privilege),
		T(link_prints_the_file_and_offset_it_took, privilege),
		T(uprobe_on_libc_memcpy_counts_copies, no_ifunc),
		T(another_process_tells_the_same_ifunc_choice_as_ours, no_ifunc),
		T(callers_slot_tells_the_ifunc_choice_where_libc_itself_does_not, no_slot),
		T(uprobe_through_tracefs_counts_and_leaves_no_event, no_tracefs),
		T(kprobe_without_kprobes_in_the_kernel_says_so, has_kprobes),
		T(breakpoint_without_kprobes_in_the_kernel_says_so, other_breakpoints),
		T(misspelt_function_gets_the_right_name, nothing),
		T(function_without_a_file_that_it_could_be_in_says_where_was_looked, nothing),
		T(offset_beyond_the_file_is_said_with_its_size, privilege),
		T(program_of_another_type_is_refused_and_leaves_no_event, privilege),
	};
	struct CMUnitTest tests[sizeof(all) / sizeof(all[0])];
	size_t n = 0;

	/* before 5.11 maps and programs count as locked memory, and are given back late */
	rawbpf_sys_unlimit_memlock();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *why = all[i].why_not();

		/* not by cmocka's skip(): 1.1.5 prints it as "not ok" */
		if (why)
			print_message("ok %zu # SKIP %s: %s\n", i + 1, all[i].test.name, why);
		else
			tests[n++] = all[i].test;
	}
	return n ? _cmocka_run_group_tests("attach", tests, n, NULL, NULL) : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Attachments: what is asked of the kernel, in which order, and what is left behind: nothing. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake_kernel.h"

#include "../../loader/attach.h"

#define PMU "/sys/bus/event_source/devices/"
#define TRACING "/sys/kernel/tracing"
#define PROG 100 /* the fd that setup's program gets */

static char said[2048];

static void hear(void *arg, const struct rawbpf_diag *d)
{
	snprintf(said, sizeof(said), "%s", d->msg);
}

static const struct rawbpf_sink sink = { .say = hear };

/* ---- a kernel with both ways ------------------------------------------------------- */

/* Event ids: there once the event was defined. The names have our pid and an address in them. */
struct tracing {
	const char *events; /* the file that definitions go to */
	unsigned taken;     /* so many names are somebody else's already */
	unsigned asked;
	int fd; /* of the id file that was opened last */
	bool read;
};
static struct tracing tracing;

static bool is_defined(void)
{
	return strstr(fake_kernel_written(tracing.events), "p:rawbpf_") ||
	       strstr(fake_kernel_written(tracing.events), "r:rawbpf_");
}

static bool answer_id(void *arg, struct fake_call *c)
{
	const char *path;

	if (c->call == RAWBPF_SYS_READ && c->fd == tracing.fd && tracing.fd) {
		c->result = tracing.read ? 0 : 5;
		if (!tracing.read)
			memcpy(c->live, "1234\n", 5);
		tracing.read = true;
		return true;
	}
	if (c->call != RAWBPF_SYS_OPENAT)
		return false;
	path = fake_call_data(c, "path", NULL);
	if (strncmp(path, TRACING "/events/rawbpf_", strlen(TRACING "/events/rawbpf_")))
		return false;
	if (!is_defined() && tracing.asked++ >= tracing.taken) {
		c->result = -ENOENT;
		return true;
	}
	tracing.read = false;
	c->result = tracing.fd = fake_kernel_new_fd();
	return true;
}

static void with_pmus(void)
{
	fake_kernel_file(PMU "kprobe/type", "6\n");
	fake_kernel_file(PMU "kprobe/format/retprobe", "config:3\n");
	fake_kernel_file(PMU "uprobe/type", "7\n");
	fake_kernel_file(PMU "uprobe/format/retprobe", "config:0\n");
	fake_kernel_file(PMU "breakpoint/type", "5\n");
}

static void with_tracefs(void)
{
	fake_kernel_dir(TRACING);
	fake_kernel_file(TRACING "/trace_marker", "");
	fake_kernel_file(TRACING "/kprobe_events", "");
	fake_kernel_file(TRACING "/uprobe_events", "");
	fake_kernel_file(TRACING "/events/sched/sched_switch/id", "314\n");
	fake_kernel_file(TRACING "/available_events",
		"sched:sched_switch\nsched:sched_wakeup\nraw_syscalls:sys_enter\n");
	fake_kernel_file(TRACING "/available_filter_functions", "vfs_read\nvfs_write\n");
}

static int setup(void **state)
{
	struct rawbpf_attr_prog_load attr = { .prog_type = RAWBPF_PROG_TYPE_KPROBE };

	said[0] = '\0';
	fake_kernel_reset();
	fake_kernel_only_named_files(true);
	fake_kernel_file("/sys/devices/system/cpu/online", "0-1,3\n");
	fake_kernel_file("/proc/kallsyms", "ffffffff81000000 T _stext\n"
					   "ffffffff81001000 T memcpy\n"
					   "ffffffff81002000 T vfs_read\n"
					   "ffffffff81002100 T register_kprobe\n");
	tracing = (struct tracing){ .events = TRACING "/kprobe_events" };
	fake_kernel_hook(answer_id, NULL);
	assert_int_equal(rawbpf_prog_load(&attr), PROG);
	return 0;
}

static struct rawbpf_link *open_section(const char *section)
{
	struct rawbpf_place place;
	struct rawbpf_link *link = NULL;

	assert_int_equal(rawbpf_place_from_section(&place, section, NULL), 0);
	if (rawbpf_link_open(&link, &place, &sink) < 0)
		assert_null(link);
	rawbpf_place_clear(&place);
	return link;
}

static void free_and_nothing_is_left(struct rawbpf_link *link)
{
	rawbpf_link_free(link);
	assert_int_equal(fake_kernel_open_fds(), 1); /* the program */
	assert_int_equal(fake_kernel_bad_closes(), 0);
}

static const struct rawbpf_perf_event_attr *event(unsigned n, int pid, int cpu)
{
	const struct fake_call *c = fake_kernel_nth_call(RAWBPF_SYS_PERF_EVENT_OPEN, n);

	assert_non_null(c);
	assert_int_equal(c->pid, pid);
	assert_int_equal(c->cpu, cpu);
	assert_int_equal(c->group, -1);
	return (const void *)c->attr;
}

static const char *name_in(unsigned n)
{
	return fake_call_data(fake_kernel_nth_call(RAWBPF_SYS_PERF_EVENT_OPEN, n), "config1", NULL);
}

static bool was_opened(const char *part)
{
	const struct fake_call *c;

	for (unsigned i = 0; (c = fake_kernel_nth_call(RAWBPF_SYS_OPENAT, i)); i++)
		if (strstr(fake_call_data(c, "path", NULL), part))
			return true;
	return false;
}

/* ---- by PMU ---------------------------------------------------------------------------- */

static void kprobe_event_names_symbol_and_offset_for_all_processes(void **state)
{
	const struct rawbpf_perf_event_attr *a;
	struct rawbpf_link *link;

	with_pmus();
	link = open_section("kprobe/vfs_read+0x10");
	assert_string_equal(said, "");
	a = event(0, -1, 0);
	assert_int_equal(a->type, 6);
	assert_int_equal(a->config, 0);
	assert_int_equal(a->config2, 0x10);
	assert_true(a->flags == RAWBPF_PERF_DISABLED);
	assert_string_equal(name_in(0), "vfs_read");
	free_and_nothing_is_left(link);
}

static void place_that_is_accepted_costs_no_look_for_reasons(void **state)
{
	with_pmus();
	with_tracefs();
	free_and_nothing_is_left(open_section("kprobe/vfs_read"));
	assert_false(was_opened("kallsyms"));
	assert_false(was_opened("tracing"));
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_DETACHED_MOUNT, 0));
}

static void kretprobe_sets_the_bit_that_sysfs_says(void **state)
{
	struct rawbpf_link *link;

	with_pmus();
	link = open_section("kretprobe/vfs_read");
	assert_int_equal(event(0, -1, 0)->config, 1 << 3);
	free_and_nothing_is_left(link);
}

static void bind_sets_the_program_and_then_enables(void **state)
{
	const struct fake_call *set, *enable;
	struct rawbpf_link *link;

	with_pmus();
	link = open_section("kprobe/vfs_read");
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 0));
	assert_int_equal(rawbpf_link_bind(link, PROG, &sink), 0);
	set = fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 0);
	enable = fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 1);
	assert_int_equal(set->arg, PROG);
	assert_int_equal(set->request & 0xff, 8);    /* PERF_EVENT_IOC_SET_BPF */
	assert_int_equal(enable->request & 0xff, 0); /* PERF_EVENT_IOC_ENABLE */
	assert_int_equal(set->fd, enable->fd);
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 2));
	free_and_nothing_is_left(link);
}

static struct rawbpf_place own_file(enum rawbpf_place_kind kind)
{
	return (struct rawbpf_place){
		.kind = kind, .path = (char *)"/proc/self/exe", .offset = 0x40, .pid = 1
	};
}

static void uprobe_event_names_file_offset_and_process(void **state)
{
	struct rawbpf_place place = own_file(RAWBPF_PLACE_URETPROBE);
	const struct rawbpf_perf_event_attr *a;
	struct rawbpf_link *link;
	char text[128];

	with_pmus();
	fake_kernel_only_named_files(false);
	assert_int_equal(rawbpf_link_open(&link, &place, &sink), 0);
	a = event(0, 1, -1);
	assert_int_equal(a->type, 7);
	assert_int_equal(a->config, 1);
	assert_int_equal(a->config2, 0x40);
	assert_string_equal(name_in(0), "/proc/self/exe");
	rawbpf_link_print(link, text, sizeof(text));
	assert_string_equal(text, "uretprobe on /proc/self/exe:0x40 (+0x40)");
	free_and_nothing_is_left(link);
}

/* ---- by tracefs --------------------------------------------------------------------------- */

/* "p:rawbpf_PID/p_NAME_ADDRESS_N WHAT\n", then perhaps "-:" and the same name: all of `written`. */
static void defines(const char *type, const char *name, unsigned n, const char *what, bool removed)
{
	const char *written = fake_kernel_written(tracing.events), *end = strchr(written, ' ');
	char want[1024], head[64], tail[16];

	assert_non_null(end);
	snprintf(head, sizeof(head), "%s:rawbpf_%ld/p_%s_", type, (long)getpid(), name);
	snprintf(tail, sizeof(tail), "_%u", n);
	assert_memory_equal(written, head, strlen(head));
	assert_memory_equal(end - strlen(tail), tail, strlen(tail));
	snprintf(want, sizeof(want), "%.*s %s\n", (int)(end - written), written, what);
	if (removed)
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "-%.*s\n",
			(int)(end - written - 1), written + 1);
	assert_string_equal(written, want);
}

static void without_a_pmu_an_event_is_defined_and_removed_after_its_perf_event(void **state)
{
	const struct fake_call *c, *before = NULL;
	struct rawbpf_link *link;
	int perf_fd;

	with_tracefs();
	link = open_section("kprobe/vfs_read+16");
	defines("p", "vfs_read", 0, "vfs_read+16", false);
	assert_int_equal(event(0, -1, 0)->type, RAWBPF_PERF_TYPE_TRACEPOINT);
	assert_int_equal(event(0, -1, 0)->config, 1234);
	assert_string_equal(said, "");
	perf_fd = (int)fake_kernel_nth_call(RAWBPF_SYS_PERF_EVENT_OPEN, 0)->result;
	free_and_nothing_is_left(link);
	defines("p", "vfs_read", 0, "vfs_read+16", true);
	for (unsigned i = 0; (c = fake_kernel_call(i)); i++) {
		if (c->call == RAWBPF_SYS_WRITE)
			before = fake_kernel_call(i - 1);
	}
	assert_int_equal(before->call, RAWBPF_SYS_CLOSE);
	assert_int_equal(before->fd, perf_fd);
}

static void definitions_are_appended_and_never_truncate(void **state)
{
	const struct fake_call *c;

	with_tracefs();
	free_and_nothing_is_left(open_section("kretprobe/vfs_read"));
	defines("r", "vfs_read", 0, "vfs_read", true);
	for (unsigned i = 0; (c = fake_kernel_nth_call(RAWBPF_SYS_OPENAT, i)); i++)
		if (strstr(fake_call_data(c, "path", NULL), "kprobe_events"))
			assert_int_equal(
				c->request & (O_ACCMODE | O_APPEND | O_TRUNC), O_WRONLY | O_APPEND);
}

static void event_name_keeps_to_letters_and_the_definition_keeps_the_symbol(void **state)
{
	with_tracefs();
	free_and_nothing_is_left(open_section("kprobe/do_it.isra.0"));
	defines("p", "do_it_isra_0", 0, "do_it.isra.0", true);
}

static void name_that_is_taken_is_left_to_its_owner(void **state)
{
	with_tracefs();
	tracing.taken = 2;
	free_and_nothing_is_left(open_section("kprobe/vfs_read"));
	defines("p", "vfs_read", 2, "vfs_read", true);
}

static void what_the_pmu_refuses_as_invalid_is_tried_through_tracefs(void **state)
{
	with_pmus();
	with_tracefs();
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, -EINVAL);
	free_and_nothing_is_left(open_section("kprobe/do_it.isra.0"));
	assert_string_equal(said, "");
	defines("p", "do_it_isra_0", 0, "do_it.isra.0", true);
}

static void what_is_forbidden_is_not_tried_another_way(void **state)
{
	with_pmus();
	with_tracefs();
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, -EACCES);
	assert_null(open_section("kprobe/vfs_read"));
	assert_string_equal(fake_kernel_written(TRACING "/kprobe_events"), "");
	free_and_nothing_is_left(NULL);
}

static void event_is_removed_when_perf_refuses_it(void **state)
{
	with_tracefs();
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, -EACCES);
	assert_null(open_section("kprobe/vfs_read"));
	defines("p", "vfs_read", 0, "vfs_read", true);
	free_and_nothing_is_left(NULL);
}

static void event_is_removed_when_the_program_is_refused(void **state)
{
	struct rawbpf_link *link;

	with_tracefs();
	link = open_section("kprobe/vfs_read");
	fake_kernel_answer_call(RAWBPF_SYS_IOCTL, -EINVAL);
	assert_int_equal(rawbpf_link_bind(link, PROG, &sink), -EINVAL);
	assert_string_equal(said, "kprobe on vfs_read: the program was refused by the kernel "
				  "(EINVAL): is the program of the type that this place needs?");
	defines("p", "vfs_read", 0, "vfs_read", true);
	assert_int_equal(fake_kernel_open_fds(), 1);
	free_and_nothing_is_left(link);
}

static void uprobe_through_tracefs_names_file_and_offset(void **state)
{
	struct rawbpf_place place = own_file(RAWBPF_PLACE_UPROBE);
	struct rawbpf_link *link;

	with_tracefs();
	fake_kernel_no_file(PMU "uprobe/type", ENOENT);
	fake_kernel_only_named_files(false);
	tracing.events = TRACING "/uprobe_events";
	assert_int_equal(rawbpf_link_open(&link, &place, &sink), 0);
	event(0, 1, -1);
	free_and_nothing_is_left(link);
	defines("p", "offset", 0, "/proc/self/exe:0x40", true);
}

static void path_with_a_blank_is_not_written_to_tracefs(void **state)
{
	char dir[] = "/tmp/rawbpf test.XXXXXX", path[64];
	struct rawbpf_place place = own_file(RAWBPF_PLACE_UPROBE);
	struct rawbpf_link *link;
	char want[256];
	int rc;

	with_tracefs();
	fake_kernel_no_file(PMU "uprobe/type", ENOENT);
	fake_kernel_only_named_files(false);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/exe", dir);
	assert_int_equal(symlink("/proc/self/exe", path), 0);
	place.path = path;
	rc = rawbpf_link_open(&link, &place, &sink);
	unlink(path);
	rmdir(dir);
	assert_int_equal(rc, -EOPNOTSUPP);
	snprintf(want, sizeof(want),
		"uprobe on %s:0x40: not possible here: this kernel has no uprobe PMU (Linux 4.17), "
		"and uprobe_events takes no path with a blank",
		path);
	assert_string_equal(said, want);
	assert_string_equal(fake_kernel_written(TRACING "/uprobe_events"), "");
	free_and_nothing_is_left(NULL);
}

static void tracefs_that_is_not_mounted_is_opened_without_a_mount_point(void **state)
{
	int dir;

	fake_kernel_dir(TRACING); /* empty: nothing is mounted there */
	dir = rawbpf_tracefs_open(&sink);
	assert_int_equal(fake_kernel_nth_call(RAWBPF_SYS_DETACHED_MOUNT, 0)->result, dir);
	rawbpf_sys_close(dir);
	free_and_nothing_is_left(NULL);
}

static void tracefs_mounted_elsewhere_is_found(void **state)
{
	int dir;

	fake_kernel_file(
		"/proc/self/mounts", "proc /proc proc rw 0 0\ntracefs /t tracefs rw 0 0\n");
	fake_kernel_dir("/t");
	fake_kernel_file("/t/trace_marker", "");
	dir = rawbpf_tracefs_open(&sink);
	assert_true(dir >= 0);
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_DETACHED_MOUNT, 0));
	rawbpf_sys_close(dir);
	free_and_nothing_is_left(NULL);
}

/* ---- breakpoints ---------------------------------------------------------------------------- */

static void breakpoint_is_opened_on_each_online_cpu(void **state)
{
	static const int cpus[] = { 0, 1, 3 };
	struct rawbpf_link *link;

	with_pmus();
	link = open_section("breakpoint/memcpy+4");
	assert_string_equal(said, "");
	for (unsigned i = 0; i < 3; i++) {
		const struct rawbpf_perf_event_attr *a = event(i, -1, cpus[i]);

		assert_int_equal(a->type, RAWBPF_PERF_TYPE_BREAKPOINT);
		assert_int_equal(a->bp_type, RAWBPF_HW_BREAKPOINT_X);
		assert_true(a->config1 == 0xffffffff81001004ULL);
		assert_int_equal(a->config2, sizeof(long));
		assert_int_equal(a->sample_period, 1);
		assert_true(a->flags == RAWBPF_PERF_DISABLED);
	}
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_PERF_EVENT_OPEN, 3));
	assert_int_equal(rawbpf_link_bind(link, PROG, &sink), 0);
	assert_non_null(fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 5)); /* set x 3, enable x 3 */
	assert_null(fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 6));
	free_and_nothing_is_left(link);
}

static void breakpoint_that_one_cpu_refuses_is_taken_from_the_others(void **state)
{
	with_pmus();
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, FAKE_USUAL);
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, FAKE_USUAL);
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, -ENOSPC);
	assert_null(open_section("breakpoint/memcpy"));
	assert_string_equal(said, "breakpoint on memcpy: refused by the kernel (ENOSPC): all "
				  "hardware breakpoint slots of a CPU are in use");
	free_and_nothing_is_left(NULL);
}

static void cpu_that_went_off_line_is_left_out(void **state)
{
	struct rawbpf_link *link;

	with_pmus();
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, FAKE_USUAL);
	fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, -ENODEV);
	link = open_section("breakpoint/memcpy");
	assert_non_null(link);
	event(2, -1, 3);
	free_and_nothing_is_left(link);
}

/* ---- tracepoints ------------------------------------------------------------------------------
 */

static void tracepoint_is_opened_by_its_id(void **state)
{
	const struct rawbpf_perf_event_attr *a;
	struct rawbpf_link *link;

	with_tracefs();
	link = open_section("tp/sched/sched_switch");
	a = event(0, -1, 0);
	assert_int_equal(a->type, RAWBPF_PERF_TYPE_TRACEPOINT);
	assert_int_equal(a->config, 314);
	free_and_nothing_is_left(link);
}

static void raw_tracepoint_is_opened_when_it_gets_its_program(void **state)
{
	const struct rawbpf_attr_raw_tracepoint_open *a;
	struct rawbpf_link *link = open_section("raw_tp/sys_enter");

	assert_int_equal(fake_kernel_count(RAWBPF_RAW_TRACEPOINT_OPEN), 0);
	assert_int_equal(rawbpf_link_bind(link, PROG, &sink), 0);
	a = (const void *)fake_kernel_nth(RAWBPF_RAW_TRACEPOINT_OPEN, 0)->attr;
	assert_int_equal(a->prog_fd, PROG);
	assert_string_equal(
		fake_call_data(fake_kernel_nth(RAWBPF_RAW_TRACEPOINT_OPEN, 0), "name", NULL),
		"sys_enter");
	assert_int_equal(fake_kernel_open_fds(), 2);
	free_and_nothing_is_left(link);
}

/* ---- whatever fails
 * ------------------------------------------------------------------------------ */

static unsigned count_in(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

/* The one write whose failure cannot be made good: the removal itself. */
static bool removal_was_refused(void)
{
	const struct fake_call *c;

	for (unsigned i = 0; (c = fake_kernel_nth_call(RAWBPF_SYS_WRITE, i)); i++)
		if (c->result < 0 && !strncmp(fake_call_data(c, "buf", NULL), "-:", 2))
			return true;
	return false;
}

static void each_failure_leaves_nothing(const char *section, bool pmus)
{
	unsigned n;

	for (n = 1;; n++) {
		struct rawbpf_link *link;
		const char *written;

		setup(NULL);
		with_tracefs();
		if (pmus)
			with_pmus();
		fake_kernel_file(TRACING "/kprobe_events", "");
		fake_kernel_fail(n, EINVAL);
		link = open_section(section);
		if (link && rawbpf_link_bind(link, PROG, &sink) < 0)
			assert_int_equal(fake_kernel_open_fds(), 1);
		free_and_nothing_is_left(link);
		written = fake_kernel_written(TRACING "/kprobe_events");
		if (!removal_was_refused())
			assert_int_equal(
				count_in(written, "p:rawbpf_"), count_in(written, "-:rawbpf_"));
		if (!fake_kernel_failed())
			break;
	}
	assert_true(n > 1);
}

static void whatever_call_fails_no_fd_and_no_event_is_left(void **state)
{
	each_failure_leaves_nothing("kprobe/vfs_read", true);
	each_failure_leaves_nothing("kprobe/vfs_read", false);
	each_failure_leaves_nothing("kprobe/no_such_function", false);
	each_failure_leaves_nothing("breakpoint/memcpy", true);
	each_failure_leaves_nothing("breakpoint/memcpi", true);
	each_failure_leaves_nothing("tp/sched/sched_switch", false);
	each_failure_leaves_nothing("tp/sched/sched_swich", false);
	each_failure_leaves_nothing("raw_tp/sys_enter", false);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(kprobe_event_names_symbol_and_offset_for_all_processes),
		T(place_that_is_accepted_costs_no_look_for_reasons),
		T(kretprobe_sets_the_bit_that_sysfs_says),
		T(bind_sets_the_program_and_then_enables),
		T(uprobe_event_names_file_offset_and_process),
		T(without_a_pmu_an_event_is_defined_and_removed_after_its_perf_event),
		T(definitions_are_appended_and_never_truncate),
		T(event_name_keeps_to_letters_and_the_definition_keeps_the_symbol),
		T(name_that_is_taken_is_left_to_its_owner),
		T(what_the_pmu_refuses_as_invalid_is_tried_through_tracefs),
		T(what_is_forbidden_is_not_tried_another_way),
		T(event_is_removed_when_perf_refuses_it),
		T(event_is_removed_when_the_program_is_refused),
		T(uprobe_through_tracefs_names_file_and_offset),
		T(path_with_a_blank_is_not_written_to_tracefs),
		T(tracefs_that_is_not_mounted_is_opened_without_a_mount_point),
		T(tracefs_mounted_elsewhere_is_found),
		T(breakpoint_is_opened_on_each_online_cpu),
		T(breakpoint_that_one_cpu_refuses_is_taken_from_the_others),
		T(cpu_that_went_off_line_is_left_out),
		T(tracepoint_is_opened_by_its_id),
		T(raw_tracepoint_is_opened_when_it_gets_its_program),
		T(whatever_call_fails_no_fd_and_no_event_is_left),
	};

	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Each reason for a refusal: whole messages, from what the kernel's files show. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <cmocka.h>

#include "fake_kernel.h"

#include "../../loader/attach.h"

#define PMU "/sys/bus/event_source/devices/"
#define TRACING "/sys/kernel/tracing"
#define STATUS "/proc/self/status"
#define ROOT "CapEff:\t000001ffffffffff\nSeccomp:\t0\n"

static char said[2048];
static unsigned messages;

static void hear(void *arg, const struct rawbpf_diag *d)
{
	snprintf(said, sizeof(said), "%s", d->msg);
	messages++;
}

static const struct rawbpf_sink sink = { .say = hear };

static const char kallsyms[] = "ffffffff81000000 T _stext\n"
			       "ffffffff81001000 T memcpy\n"
			       "ffffffff81001000 T __memcpy\n"
			       "ffffffff81002000 T vfs_read\n"
			       "ffffffff81002000 T ksys_vfs_read\n"
			       "ffffffff81002100 T register_kprobe\n"
			       "ffffffff81002200 t twice\n"
			       "ffffffff81002300 t twice\n"
			       "ffffffff81002400 t shrunk.constprop.0\n"
			       "ffffffff81002500 T __pfx_vfs_read\n"
			       "ffffffff81002600 T strnlen\n"
			       "ffffffff82000000 D jiffies\n"
			       "ffffffffc0000000 t twice\t[xfs]\n";

static int setup(void **state)
{
	said[0] = '\0';
	messages = 0;
	fake_kernel_reset();
	fake_kernel_only_named_files(true);
	fake_kernel_file("/sys/devices/system/cpu/online", "0-1\n");
	fake_kernel_file(PMU "kprobe/type", "6\n");
	fake_kernel_file(PMU "kprobe/format/retprobe", "config:0\n");
	fake_kernel_file(PMU "breakpoint/type", "5\n");
	fake_kernel_file("/proc/kallsyms", kallsyms);
	fake_kernel_file(STATUS, ROOT);
	fake_kernel_file("/proc/self/uid_map", "         0          0 4294967295\n");
	fake_kernel_file("/proc/sys/kernel/cap_last_cap", "40\n");
	fake_kernel_file("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
	fake_kernel_file("/proc/sys/kernel/perf_event_paranoid", "3\n");
	fake_kernel_dir("/sys/kernel/debug");
	fake_kernel_dir("/sys/kernel/debug/kprobes");
	fake_kernel_file("/sys/kernel/debug/kprobes/blacklist",
		"0xffffffff81001000-0xffffffff81001040\t__memcpy\n");
	fake_kernel_dir(TRACING);
	fake_kernel_file(TRACING "/trace_marker", "");
	fake_kernel_file(TRACING "/kprobe_events", "");
	fake_kernel_refuse_writes(TRACING "/kprobe_events", EINVAL);
	fake_kernel_file(TRACING "/available_filter_functions", "ksys_vfs_read\ntwice [xfs]\n");
	fake_kernel_file(TRACING "/available_events",
		"sched:sched_switch\nsched:sched_wakeup\nraw_syscalls:sys_enter\n");
	return 0;
}

/* One refusal is one message, and leaves nothing. */
static void refused(const char *section, int kernel_says, int err, const char *message)
{
	struct rawbpf_place place;
	struct rawbpf_link *link;

	if (kernel_says)
		fake_kernel_answer_call(RAWBPF_SYS_PERF_EVENT_OPEN, kernel_says);
	assert_int_equal(rawbpf_place_from_section(&place, section, NULL), 0);
	assert_int_equal(rawbpf_link_open(&link, &place, &sink), err);
	rawbpf_place_clear(&place);
	assert_null(link);
	assert_string_equal(said, message);
	assert_int_equal(messages, 1);
	assert_int_equal(fake_kernel_open_fds(), 0);
	assert_int_equal(fake_kernel_bad_closes(), 0);
}

/* ---- kprobes ------------------------------------------------------------------------- */

static void function_on_the_blacklist_under_another_name_is_found_by_address(void **state)
{
	refused("kprobe/memcpy", -EINVAL, -EINVAL,
		"kprobe on memcpy: refused by the kernel (EINVAL): memcpy is on the kprobe "
		"blacklist (debugfs kprobes/blacklist)");
}

static void blacklist_is_read_by_name_where_addresses_are_hidden(void **state)
{
	fake_kernel_file("/proc/kallsyms", "0000000000000000 T memcpy\n");
	fake_kernel_file("/sys/kernel/debug/kprobes/blacklist",
		"0x0000000000000000-0x0000000000000000\t"
		"memcpy\n");
	refused("kprobe/memcpy", -EINVAL, -EINVAL,
		"kprobe on memcpy: refused by the kernel (EINVAL): memcpy is on the kprobe "
		"blacklist (debugfs kprobes/blacklist)");
}

static void blacklist_is_read_without_a_mounted_debugfs(void **state)
{
	fake_kernel_no_file("/sys/kernel/debug/kprobes", ENOENT);
	fake_kernel_file("kprobes/blacklist", "0xffffffff81001000-0xffffffff81001040\tmemcpy\n");
	refused("kprobe/memcpy", -EINVAL, -EINVAL,
		"kprobe on memcpy: refused by the kernel (EINVAL): memcpy is on the kprobe "
		"blacklist (debugfs kprobes/blacklist)");
	assert_string_equal(
		fake_call_data(fake_kernel_nth_call(RAWBPF_SYS_DETACHED_MOUNT, 0), "fstype", NULL),
		"debugfs");
}

static void function_that_ftrace_does_not_list_is_notrace(void **state)
{
	refused("kprobe/strnlen", -EINVAL, -EINVAL,
		"kprobe on strnlen: refused by the kernel (EINVAL): strnlen is notrace: not in "
		"tracefs available_filter_functions");
}

static void configure(const char *text)
{
	struct utsname uts;
	char path[256];

	assert_int_equal(uname(&uts), 0);
	snprintf(path, sizeof(path), "/boot/config-%s", uts.release);
	fake_kernel_file(path, text);
}

static void notrace_names_the_option_where_the_configuration_can_be_read(void **state)
{
	configure("# CONFIG_KPROBE_EVENTS_ON_NOTRACE is not set\nCONFIG_KPROBE_EVENTS=y\n");
	refused("kprobe/strnlen", -EINVAL, -EINVAL,
		"kprobe on strnlen: refused by the kernel (EINVAL): strnlen is notrace: not in "
		"tracefs available_filter_functions, and CONFIG_KPROBE_EVENTS_ON_NOTRACE is not "
		"set");
}

static void function_that_ftrace_lists_by_its_other_name_is_not_notrace(void **state)
{
	refused("kprobe/vfs_read", -EINVAL, -EINVAL,
		"kprobe on vfs_read: refused by the kernel (EINVAL): the kernel shows no reason; "
		"see dmesg");
}

static void notrace_is_no_reason_where_the_kernel_is_built_to_probe_it(void **state)
{
	configure("CONFIG_KPROBE_EVENTS=y\nCONFIG_KPROBE_EVENTS_ON_NOTRACE=y\n");
	refused("kprobe/strnlen", -EINVAL, -EINVAL,
		"kprobe on strnlen: refused by the kernel (EINVAL): the kernel shows no reason; "
		"see dmesg");
}

static void function_that_is_not_there_gets_the_nearest_name(void **state)
{
	refused("kprobe/vfs_raed", -ENOENT, -ENOENT,
		"kprobe on vfs_raed: refused by the kernel (ENOENT): no vfs_raed in "
		"/proc/kallsyms; did you mean 'vfs_read'?");
}

static void function_that_is_not_there_is_enoent_although_new_kernels_say_einval(void **state)
{
	refused("kprobe/nothing_like_it", -EINVAL, -ENOENT,
		"kprobe on nothing_like_it: refused by the kernel (EINVAL): no nothing_like_it in "
		"/proc/kallsyms");
}

static void function_that_the_compiler_renamed_is_told_so(void **state)
{
	refused("kprobe/shrunk", -ENOENT, -ENOENT,
		"kprobe on shrunk: refused by the kernel (ENOENT): no shrunk in /proc/kallsyms; "
		"did you mean 'shrunk.constprop.0'?");
}

static void padding_before_a_function_is_told_its_function(void **state)
{
	refused("kprobe/__pfx_vfs_read", -EINVAL, -EINVAL,
		"kprobe on __pfx_vfs_read: refused by the kernel (EINVAL): __pfx_vfs_read is the "
		"padding before a function; did you mean 'vfs_read'?");
}

static void data_is_no_function(void **state)
{
	refused("kprobe/jiffies", -EINVAL, -EINVAL,
		"kprobe on jiffies: refused by the kernel (EINVAL): jiffies is not a function "
		"(/proc/kallsyms: type 'D')");
}

static void several_functions_of_one_name_are_counted_with_their_modules(void **state)
{
	refused("kprobe/twice", -EADDRNOTAVAIL, -EADDRNOTAVAIL,
		"kprobe on twice: refused by the kernel (EADDRNOTAVAIL): 3 functions have the name "
		"twice (the kernel, the kernel, module xfs)");
}

static void offset_beyond_the_function_is_said_with_its_size(void **state)
{
	refused("kprobe/vfs_read+0x100", -EINVAL, -EINVAL,
		"kprobe on vfs_read+0x100: refused by the kernel (EINVAL): vfs_read has 0x100 "
		"bytes, so +0x100 is not in it");
}

static void offset_within_an_instruction_is_said(void **state)
{
	refused("kprobe/vfs_read+0x1", -EILSEQ, -EINVAL,
		"kprobe on vfs_read+0x1: refused by the kernel (EILSEQ): no instruction starts at "
		"vfs_read+0x1");
}

static void kernel_without_kprobes_is_seen_by_its_symbols(void **state)
{
	fake_kernel_no_file(PMU "kprobe/type", ENOENT);
	fake_kernel_no_file(TRACING "/kprobe_events", ENOENT);
	fake_kernel_file("/proc/kallsyms", "ffffffff81001000 T memcpy\n");
	refused("kprobe/memcpy", 0, -EOPNOTSUPP,
		"kprobe on memcpy: not possible here: this kernel was built without CONFIG_KPROBES "
		"(no kprobe PMU, no register_kprobe in /proc/kallsyms)");
}

static void kernel_without_kprobe_events_is_seen_by_its_files(void **state)
{
	fake_kernel_no_file(PMU "kprobe/type", ENOENT);
	fake_kernel_no_file(TRACING "/kprobe_events", ENOENT);
	refused("kprobe/memcpy", 0, -EOPNOTSUPP,
		"kprobe on memcpy: not possible here: this kernel was built without "
		"CONFIG_KPROBE_EVENTS (no kprobe PMU, no kprobe_events in tracefs)");
}

static void too_many_open_files_are_no_fault_of_the_symbol(void **state)
{
	refused("kprobe/memcpy", -EMFILE, -EMFILE,
		"kprobe on memcpy: refused by the kernel (EMFILE): this process has too many open "
		"files (ulimit -n)");
}

/* ---- permission --------------------------------------------------------------------------- */

static void forbidden(const char *why)
{
	char message[1024];

	snprintf(message, sizeof(message), "kprobe on memcpy: refused by the kernel (EACCES): %s",
		why);
	refused("kprobe/memcpy", -EACCES, -EACCES, message);
}

static void both_capabilities_missing_are_named_with_the_sysctls(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t0000000000000000\nSeccomp:\t0\n");
	forbidden("this process lacks CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN or root would do as "
		  "well); kernel.unprivileged_bpf_disabled is 2; kernel.perf_event_paranoid is 3");
}

static void one_capability_missing_is_named_alone(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t0000008000000000\nSeccomp:\t0\n");
	forbidden("this process lacks CAP_PERFMON (CAP_SYS_ADMIN or root would do as well); "
		  "kernel.unprivileged_bpf_disabled is 2; kernel.perf_event_paranoid is 3");
}

static void kernel_before_cap_bpf_wants_cap_sys_admin(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t0000000000000000\nSeccomp:\t0\n");
	fake_kernel_file("/proc/sys/kernel/cap_last_cap", "37\n");
	fake_kernel_file("/proc/sys/kernel/unprivileged_bpf_disabled", "0\n");
	fake_kernel_file("/proc/sys/kernel/perf_event_paranoid", "-1\n");
	forbidden("this process lacks CAP_SYS_ADMIN (run it as root)");
}

static void root_of_a_user_namespace_is_told_that_it_is_none(void **state)
{
	fake_kernel_file("/proc/self/uid_map", "         0       1000          1\n");
	forbidden("it runs in a user namespace, whose capabilities do not count for this");
}

static void seccomp_and_lockdown_are_named_where_no_capability_is_missing(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t000001ffffffffff\nSeccomp:\t2\n");
	fake_kernel_file("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	forbidden("a seccomp filter is on this process (as containers have it), which may be what "
		  "refused; the kernel is in lockdown mode 'confidentiality'");
}

static void nothing_seen_is_not_guessed_at(void **state)
{
	forbidden("no capability is missing, and no user namespace, seccomp filter or lockdown is "
		  "seen: a security module may have refused");
}

static void capability_that_may_be_missing_is_not_denied(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t000000c000000000\nSeccomp:\t0\n");
	forbidden("this process has CAP_BPF and CAP_PERFMON but not CAP_SYS_ADMIN, which the "
		  "kernel may want for this");
}

static void uprobe_without_cap_sys_admin_is_told_that_it_needs_it(void **state)
{
	fake_kernel_only_named_files(false); /* but for what is named: the program is real */
	fake_kernel_file(PMU "uprobe/type", "7\n");
	fake_kernel_file(STATUS, "CapEff:\t000000c000000000\nSeccomp:\t0\n");
	refused("uprobe//proc/self/exe:0x10", -EACCES, -EACCES,
		"uprobe on /proc/self/exe:0x10: refused by the kernel (EACCES): this process lacks "
		"CAP_SYS_ADMIN, which uprobes need on kernels since July 2025 (6.16 and stable "
		"ones): CAP_PERFMON is not enough");
}

static void clause_that_does_not_fit_is_cut_and_its_length_told(void **state)
{
	char buf[16], whole[512];
	int n = rawbpf_why_eperm(whole, sizeof(whole));

	assert_int_equal(n, strlen(whole));
	assert_int_equal(rawbpf_why_eperm(buf, sizeof(buf)), n);
	assert_memory_equal(buf, whole, 15);
	assert_int_equal(buf[15], 0);
}

/* ---- breakpoints ----------------------------------------------------------------------------- */

static void breakpoint_without_the_pmu_says_so(void **state)
{
	struct utsname uts;
	char message[512];

	fake_kernel_no_file(PMU "breakpoint/type", ENOENT);
	assert_int_equal(uname(&uts), 0);
	snprintf(message, sizeof(message),
		"breakpoint on vfs_read: refused by the kernel (ENOENT): this kernel has no "
		"breakpoint PMU (%s: no hardware breakpoints)",
		uts.machine);
	refused("breakpoint/vfs_read", -ENOENT, -EOPNOTSUPP, message);
}

static void breakpoint_on_a_blacklisted_function_says_so(void **state)
{
	refused("breakpoint/memcpy", -EINVAL, -EINVAL,
		"breakpoint on memcpy: refused by the kernel (EINVAL): memcpy is on the kprobe "
		"blacklist (debugfs kprobes/blacklist)");
}

static void breakpoint_without_kprobes_in_the_kernel_says_so(void **state)
{
	fake_kernel_file("/proc/kallsyms", "ffffffff81001000 T memcpy\n");
	refused("breakpoint/memcpy", -EINVAL, -EOPNOTSUPP,
		"breakpoint on memcpy: refused by the kernel (EINVAL): this kernel was built "
		"without CONFIG_KPROBES (no register_kprobe in /proc/kallsyms), and then takes no "
		"breakpoint in itself");
}

static void breakpoint_needs_addresses_and_names_what_hides_them(void **state)
{
	fake_kernel_file("/proc/kallsyms", "0000000000000000 T memcpy\n");
	fake_kernel_file("/proc/sys/kernel/kptr_restrict", "2\n");
	refused("breakpoint/memcpy", 0, -EPERM,
		"breakpoint on memcpy: not possible here: /proc/kallsyms hides addresses: "
		"kernel.kptr_restrict is 2");
}

static void breakpoint_wants_cap_sys_admin_and_not_perfmon(void **state)
{
	fake_kernel_file(STATUS, "CapEff:\t000000c000000000\nSeccomp:\t0\n");
	refused("breakpoint/memcpy", -EPERM, -EPERM,
		"breakpoint on memcpy: refused by the kernel (EPERM): this process lacks "
		"CAP_SYS_ADMIN, which breakpoints in the kernel need");
}

static void breakpoint_on_an_ambiguous_name_lists_where(void **state)
{
	refused("breakpoint/twice", 0, -EADDRNOTAVAIL,
		"breakpoint on twice: not possible here: 3 functions have the name twice (the "
		"kernel, the kernel, module xfs)");
}

static void breakpoint_on_an_unknown_function_gets_the_nearest_name(void **state)
{
	refused("breakpoint/memcpi", 0, -ENOENT,
		"breakpoint on memcpi: not possible here: no memcpi in /proc/kallsyms; did you "
		"mean 'memcpy'?");
}

/* ---- tracepoints -------------------------------------------------------------------------------
 */

static void tracepoint_that_is_misspelt_gets_the_nearest(void **state)
{
	refused("tp/sched/sched_swich", 0, -ENOENT,
		"tracepoint sched/sched_swich: refused by the kernel (ENOENT): no such tracepoint "
		"in tracefs available_events; did you mean 'sched/sched_switch'?");
}

static void tracepoint_of_another_category_is_told_it(void **state)
{
	refused("tp/syscalls/sys_enter", 0, -ENOENT,
		"tracepoint syscalls/sys_enter: refused by the kernel (ENOENT): no such tracepoint "
		"in tracefs available_events; did you mean 'raw_syscalls/sys_enter'?");
}

static void raw_tracepoint_that_is_misspelt_gets_the_nearest(void **state)
{
	struct rawbpf_place place;
	struct rawbpf_link *link;

	fake_kernel_answer(RAWBPF_RAW_TRACEPOINT_OPEN, -ENOENT);
	assert_int_equal(rawbpf_place_from_section(&place, "raw_tp/sched_swich", NULL), 0);
	assert_int_equal(rawbpf_link_open(&link, &place, &sink), 0);
	rawbpf_place_clear(&place);
	assert_int_equal(rawbpf_link_bind(link, 7, &sink), -ENOENT);
	rawbpf_link_free(link);
	assert_string_equal(said,
		"raw tracepoint sched_swich: the program was refused by the kernel (ENOENT): no "
		"such tracepoint in tracefs available_events; did you mean 'sched_switch'?");
	assert_int_equal(fake_kernel_open_fds(), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(function_on_the_blacklist_under_another_name_is_found_by_address),
		T(blacklist_is_read_by_name_where_addresses_are_hidden),
		T(blacklist_is_read_without_a_mounted_debugfs),
		T(function_that_ftrace_does_not_list_is_notrace),
		T(notrace_names_the_option_where_the_configuration_can_be_read),
		T(function_that_ftrace_lists_by_its_other_name_is_not_notrace),
		T(notrace_is_no_reason_where_the_kernel_is_built_to_probe_it),
		T(function_that_is_not_there_gets_the_nearest_name),
		T(function_that_is_not_there_is_enoent_although_new_kernels_say_einval),
		T(function_that_the_compiler_renamed_is_told_so),
		T(padding_before_a_function_is_told_its_function),
		T(data_is_no_function),
		T(several_functions_of_one_name_are_counted_with_their_modules),
		T(offset_beyond_the_function_is_said_with_its_size),
		T(offset_within_an_instruction_is_said),
		T(kernel_without_kprobes_is_seen_by_its_symbols),
		T(kernel_without_kprobe_events_is_seen_by_its_files),
		T(too_many_open_files_are_no_fault_of_the_symbol),
		T(both_capabilities_missing_are_named_with_the_sysctls),
		T(one_capability_missing_is_named_alone),
		T(kernel_before_cap_bpf_wants_cap_sys_admin),
		T(root_of_a_user_namespace_is_told_that_it_is_none),
		T(seccomp_and_lockdown_are_named_where_no_capability_is_missing),
		T(nothing_seen_is_not_guessed_at),
		T(capability_that_may_be_missing_is_not_denied),
		T(uprobe_without_cap_sys_admin_is_told_that_it_needs_it),
		T(clause_that_does_not_fit_is_cut_and_its_length_told),
		T(breakpoint_without_the_pmu_says_so),
		T(breakpoint_on_a_blacklisted_function_says_so),
		T(breakpoint_without_kprobes_in_the_kernel_says_so),
		T(breakpoint_needs_addresses_and_names_what_hides_them),
		T(breakpoint_wants_cap_sys_admin_and_not_perfmon),
		T(breakpoint_on_an_ambiguous_name_lists_where),
		T(breakpoint_on_an_unknown_function_gets_the_nearest_name),
		T(tracepoint_that_is_misspelt_gets_the_nearest),
		T(tracepoint_of_another_category_is_told_it),
		T(raw_tracepoint_that_is_misspelt_gets_the_nearest),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}

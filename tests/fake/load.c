/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading against a fake kernel: what it is asked, what happens when it refuses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/obj.h"
#include "fake_kernel.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define REGS(dst, src) ((dst) | (src) << 4)
#define OTHER_ENDIAN true
#else
#define REGS(dst, src) ((dst) << 4 | (src))
#define OTHER_ENDIAN false
#endif

#define COUNT(a) (sizeof(a) / sizeof(a[0]))

/* ---- an object: one hash map, .rodata, one program that uses both ------------------ */

static struct rawbpf_insn insns[] = {
	{ 0x18, REGS(1, 0), 0, 0 }, { 0 }, /* r1 = sizes ll */
	{ 0x18, REGS(2, 0), 0, 0 }, { 0 }, /* r2 = step ll */
	{ 0xb7, REGS(0, 0), 0, 0 },        /* r0 = 0 */
	{ 0x95, REGS(0, 0), 0, 0 },        /* exit */
};
static struct rawbpf_reloc relocs[] = {
	{ RAWBPF_RELOC_MAP_FD, 0, 0, 0 },
	{ RAWBPF_RELOC_MAP_VALUE, 2, 1, 4 },
};
static struct rawbpf_func_info funcs[] = { { 0, 3 } };
static struct rawbpf_line_info lines[] = { { 0, 1, 5, 7 << 10 | 2 }, { 4, 1, 14, 9 << 10 | 3 } };
static unsigned char rodata[] = "abcdefgh";
static unsigned char btf[24 + 20];

static struct {
	struct rawbpf_map maps[2];
	struct rawbpf_prog progs[2];
	struct rawbpf_obj obj;
} t;

/* A BTF header and strings: "a.s" at 1, "r1 = 0 ;" at 5, "exit" at 14. */
static void make_btf(void)
{
	const uint32_t head[] = { 0, 24, 0, 0, 0, 20 };
	const uint16_t magic = 0xeB9F;

	memset(btf, 0, sizeof(btf));
	memcpy(btf, head, sizeof(head));
	memcpy(btf, &magic, sizeof(magic));
	btf[2] = 1;
	memcpy(btf + 24 + 1, "a.s", 3);
	memcpy(btf + 24 + 5, "r1 = 0 ;", 8);
	memcpy(btf + 24 + 14, "exit", 4);
}

static int setup(void **state)
{
	fake_kernel_reset();
	make_btf();
	memset(&t, 0, sizeof(t));
	t.maps[0] = (struct rawbpf_map){ .name = (char *)"sizes",
		.origin = RAWBPF_MAP_BTF,
		.type = RAWBPF_MAP_TYPE_HASH,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 16,
		.btf_key_type_id = 1,
		.btf_value_type_id = 2 };
	t.maps[1] = (struct rawbpf_map){ .name = (char *)".rodata",
		.origin = RAWBPF_MAP_DATA,
		.type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
		.map_flags = RAWBPF_F_RDONLY_PROG,
		.data = rodata,
		.read_only = true };
	t.progs[0] = (struct rawbpf_prog){ .name = (char *)"memcpy_stat",
		.section = (char *)"kprobe/memcpy",
		.type = RAWBPF_PROG_TYPE_KPROBE,
		.autoload = true,
		.insns = insns,
		.ninsns = COUNT(insns),
		.section_slot = 10,
		.relocs = relocs,
		.nrelocs = COUNT(relocs),
		.funcs = funcs,
		.nfuncs = COUNT(funcs),
		.lines = lines,
		.nlines = COUNT(lines) };
	t.obj = (struct rawbpf_obj){ .path = (char *)"dir/memcpy-stat.o",
		.big_endian = !OTHER_ENDIAN,
		.license = (char *)"GPL",
		.maps = t.maps,
		.nmaps = 2,
		.progs = t.progs,
		.nprogs = 1,
		.btf = btf,
		.btf_len = sizeof(btf) };
	return 0;
}

/* ---- what was said ---------------------------------------------------------------- */

static char said[4096];
static struct {
	unsigned line, col;
	char file[64];
} first;

static void hear(void *arg, const struct rawbpf_diag *d)
{
	size_t n = strlen(said);

	if (!n) {
		first.line = d->line;
		first.col = d->col;
		snprintf(first.file, sizeof(first.file), "%s", d->file ? d->file : "");
	}
	snprintf(said + n, sizeof(said) - n, "%s\n", d->msg);
}

static char logged[256];

static void take_log(void *arg, const char *prog, const char *text)
{
	snprintf(logged, sizeof(logged), "%s: %s", prog, text);
}

static const struct rawbpf_sink sink = { .say = hear };

/* Loads and frees at once: what counts is what was asked. */
static int load(const struct rawbpf_load_opts *opts)
{
	struct rawbpf_loaded *l;
	int rc;

	*said = *logged = 0;
	rc = rawbpf_obj_load(&l, &t.obj, opts, &sink);
	assert_true(rc <= 0);
	assert_int_equal(rc == 0, l != NULL);
	rawbpf_loaded_free(l);
	assert_int_equal(fake_kernel_open_fds(), 0);
	assert_int_equal(fake_kernel_bad_closes(), 0);
	return rc;
}

static const struct rawbpf_attr_map_create *map_create(unsigned n)
{
	const struct fake_call *c = fake_kernel_nth(RAWBPF_MAP_CREATE, n);

	assert_non_null(c);
	return (const void *)c->attr;
}

static const struct rawbpf_attr_prog_load *prog_load(unsigned n)
{
	const struct fake_call *c = fake_kernel_nth(RAWBPF_PROG_LOAD, n);

	assert_non_null(c);
	return (const void *)c->attr;
}

/* ---- a kernel that takes everything ------------------------------------------------- */

static void a_load_makes_its_own_calls_in_order_and_no_probe(void **state)
{
	static const enum rawbpf_cmd want[] = { RAWBPF_BTF_LOAD, RAWBPF_MAP_CREATE,
		RAWBPF_MAP_CREATE, RAWBPF_MAP_UPDATE_ELEM, RAWBPF_MAP_FREEZE, RAWBPF_PROG_LOAD };
	unsigned n = 0;

	assert_int_equal(load(NULL), 0);
	for (unsigned i = 0; i < fake_kernel_ncalls(); i++) {
		const struct fake_call *c = fake_kernel_call(i);

		if (c->call == RAWBPF_SYS_CLOSE)
			continue;
		assert_int_equal(c->call, RAWBPF_SYS_BPF);
		assert_true(n < COUNT(want));
		assert_int_equal(c->cmd, want[n++]);
	}
	assert_int_equal(n, COUNT(want));
	assert_string_equal(said, "");
}

static void map_create_passes_the_described_fields_and_btf_ids(void **state)
{
	struct rawbpf_attr_map_create want = { .map_type = RAWBPF_MAP_TYPE_HASH,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 16,
		.map_name = "sizes",
		.btf_fd = FAKE_FIRST_FD,
		.btf_key_type_id = 1,
		.btf_value_type_id = 2 };

	assert_int_equal(load(NULL), 0);
	assert_memory_equal(map_create(0), &want, sizeof(want));
}

static void data_map_is_named_after_object_and_section(void **state)
{
	assert_int_equal(load(NULL), 0);
	assert_string_equal(map_create(1)->map_name, "memcpy_s.rodata");
	t.maps[1].name = (char *)".rodata.str1.1";
	assert_int_equal(load(NULL), 0);
	assert_string_equal(map_create(3)->map_name, ".rodata.str1.1");
}

static void names_are_cut_to_15_bytes_and_cleaned(void **state)
{
	t.maps[0].name = (char *)"a-map with a long name";
	t.progs[0].name = (char *)"count$all_the_copies";
	assert_int_equal(load(NULL), 0);
	assert_string_equal(map_create(0)->map_name, "a_map_with_a_lo");
	assert_string_equal(prog_load(0)->prog_name, "count_all_the_c");
}

static void data_is_written_at_key_0_and_frozen(void **state)
{
	const struct fake_call *c;
	const uint32_t zero = 0;

	assert_int_equal(load(NULL), 0);
	c = fake_kernel_nth(RAWBPF_MAP_UPDATE_ELEM, 0);
	assert_memory_equal(fake_call_data(c, "key", NULL), &zero, 4);
	assert_memory_equal(fake_call_data(c, "value", NULL), rodata, 8);
	c = fake_kernel_nth(RAWBPF_MAP_FREEZE, 0);
	assert_int_equal(((const struct rawbpf_attr_map_elem *)c->attr)->map_fd, FAKE_FIRST_FD + 2);
}

static void relocations_are_patched_in_a_copy(void **state)
{
	const struct rawbpf_insn want[] = {
		{ 0x18, REGS(1, RAWBPF_PSEUDO_MAP_FD), 0, FAKE_FIRST_FD + 1 },
		{ 0 },
		{ 0x18, REGS(2, RAWBPF_PSEUDO_MAP_VALUE), 0, FAKE_FIRST_FD + 2 },
		{ .imm = 4 },
		insns[4],
		insns[5],
	};
	size_t len;
	const void *got;

	assert_int_equal(load(NULL), 0);
	got = fake_call_data(fake_kernel_nth(RAWBPF_PROG_LOAD, 0), "insns", &len);
	assert_int_equal(len, sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(insns[0].imm, 0);
	assert_int_equal(insns[0].regs, REGS(1, 0));
}

static void prog_load_passes_license_name_and_debug_information(void **state)
{
	const struct rawbpf_attr_prog_load *a;
	const struct fake_call *c;

	assert_int_equal(load(NULL), 0);
	a = prog_load(0);
	c = fake_kernel_nth(RAWBPF_PROG_LOAD, 0);
	assert_int_equal(a->prog_type, RAWBPF_PROG_TYPE_KPROBE);
	assert_int_equal(a->kern_version, 0);
	assert_int_equal(a->log_level, 0);
	assert_int_equal(a->log_size, 0);
	assert_string_equal(a->prog_name, "memcpy_stat");
	assert_string_equal(fake_call_data(c, "license", NULL), "GPL");
	assert_int_equal(a->prog_btf_fd, FAKE_FIRST_FD);
	assert_int_equal(a->func_info_cnt, 1);
	assert_int_equal(a->func_info_rec_size, 8);
	assert_int_equal(a->line_info_cnt, 2);
	assert_int_equal(a->line_info_rec_size, 16);
	assert_memory_equal(fake_call_data(c, "line_info", NULL), lines, sizeof(lines));
}

static void version_is_passed_for_kprobe_types_only(void **state)
{
	t.obj.kern_version = 0x41300;
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(0)->kern_version, 0x41300);
	t.progs[0].type = RAWBPF_PROG_TYPE_XDP;
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(1)->kern_version, 0);
}

static void flags_of_sleepable_and_frags_programs_are_passed(void **state)
{
	t.progs[0].sleepable = true;
	t.progs[0].xdp_frags = true;
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(0)->prog_flags, RAWBPF_F_SLEEPABLE | RAWBPF_F_XDP_HAS_FRAGS);
}

static void program_without_autoload_is_not_loaded(void **state)
{
	struct rawbpf_loaded *l;

	t.progs[1] = t.progs[0];
	t.progs[1].autoload = false;
	t.obj.nprogs = 2;
	assert_int_equal(rawbpf_obj_load(&l, &t.obj, NULL, NULL), 0);
	assert_int_equal(l->prog_fds[1], -1);
	assert_true(l->prog_fds[0] >= 0);
	rawbpf_loaded_free(l);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 1);
}

static void perf_event_array_of_no_size_gets_a_slot_per_possible_cpu(void **state)
{
	fake_kernel_cpus(6);
	t.maps[0].type = RAWBPF_MAP_TYPE_PERF_EVENT_ARRAY;
	t.maps[0].max_entries = 0;
	assert_int_equal(load(NULL), 0);
	assert_int_equal(map_create(0)->max_entries, 6);
	assert_int_equal(map_create(0)->btf_fd, 0);
}

static void ring_buffer_size_becomes_a_power_of_two_of_whole_pages(void **state)
{
	const struct rawbpf_load_opts opts = { .verbose = true };
	uint32_t got;

	t.maps[0].type = RAWBPF_MAP_TYPE_RINGBUF;
	t.maps[0].btf_value_type_id = 0;
	t.maps[0].max_entries = 100001;
	assert_int_equal(load(&opts), 0);
	got = map_create(0)->max_entries;
	assert_int_equal(got & (got - 1), 0);
	assert_true(got >= 1 << 17);
	assert_non_null(strstr(said, "max_entries 100001 becomes 131072"));
	t.maps[0].max_entries = 1;
	assert_int_equal(load(NULL), 0);
	assert_true(map_create(2)->max_entries >= 4096);
	assert_string_equal(said, "");
}

/* ---- a kernel that refuses ------------------------------------------------------------ */

static void refused_btf_is_left_out_of_maps_and_programs(void **state)
{
	const struct rawbpf_load_opts opts = { .verbose = true };

	fake_kernel_answer(RAWBPF_BTF_LOAD, -524);
	assert_int_equal(load(&opts), 0);
	assert_int_equal(map_create(0)->btf_fd, 0);
	assert_int_equal(map_create(0)->btf_value_type_id, 0);
	assert_int_equal(prog_load(0)->prog_btf_fd, 0);
	assert_int_equal(prog_load(0)->func_info_cnt, 0);
	assert_int_equal(prog_load(0)->line_info_cnt, 0);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 1);
	assert_non_null(strstr(said, "without BTF"));
	fake_kernel_answer(RAWBPF_BTF_LOAD, -524);
	assert_int_equal(load(NULL), 0);
	assert_string_equal(said, "");
}

static void map_refused_with_btf_ids_is_created_without(void **state)
{
	fake_kernel_answer(RAWBPF_MAP_CREATE, -524);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(map_create(0)->btf_fd, FAKE_FIRST_FD);
	assert_int_equal(map_create(1)->btf_fd, 0);
	assert_int_equal(map_create(1)->btf_key_type_id, 0);
	assert_string_equal(map_create(1)->map_name, "sizes");
	assert_int_equal(fake_kernel_count(RAWBPF_MAP_CREATE), 3);
}

static void kernel_without_names_is_asked_without_from_then_on(void **state)
{
	fake_kernel_answer(RAWBPF_BTF_LOAD, -EINVAL);
	fake_kernel_answer(RAWBPF_MAP_CREATE, -E2BIG);
	assert_int_equal(load(NULL), 0);
	assert_string_equal(map_create(0)->map_name, "sizes");
	assert_string_equal(map_create(1)->map_name, "");
	assert_string_equal(map_create(2)->map_name, "");
	assert_string_equal(prog_load(0)->prog_name, "");
	assert_int_equal(fake_kernel_count(RAWBPF_MAP_CREATE), 3);
}

static void refused_map_names_its_numbers_and_the_first_errno(void **state)
{
	t.maps[0].max_entries = 0;
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EINVAL);
	fake_kernel_answer(RAWBPF_MAP_CREATE, -ENOTDIR);
	assert_int_equal(load(NULL), -EINVAL);
	assert_non_null(
		strstr(said, "map \"sizes\" (BPF_MAP_TYPE_HASH, key 4 bytes, value 8 bytes, "
			     "0 entries, flags 0x0)"));
	assert_non_null(strstr(said, "EINVAL"));
	assert_non_null(strstr(said, "max_entries is 0"));
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 0);
}

static unsigned memlock_calls(void)
{
	unsigned n = 0;

	while (fake_kernel_nth_call(RAWBPF_SYS_PRLIMIT, n))
		n++;
	return n;
}

static void locked_memory_is_unlimited_once_after_eperm_and_the_call_repeated(void **state)
{
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EPERM);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(memlock_calls(), 1);
	assert_memory_equal(map_create(0), map_create(1), sizeof(struct rawbpf_attr_map_create));
}

static void second_eperm_is_final_and_says_what_is_missing(void **state)
{
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EPERM);
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EPERM);
	assert_int_equal(load(NULL), -EPERM);
	assert_int_equal(memlock_calls(), 1);
	assert_int_equal(fake_kernel_count(RAWBPF_MAP_CREATE), 2);
	assert_non_null(strstr(said, "EPERM: "));
}

static void other_refusals_leave_the_limit_of_locked_memory_alone(void **state)
{
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EINVAL);
	fake_kernel_answer(RAWBPF_MAP_CREATE, -EINVAL);
	assert_int_equal(load(NULL), -EINVAL);
	assert_int_equal(memlock_calls(), 0);
}

static void too_long_attr_drops_debug_information_then_the_name(void **state)
{
	for (int i = 0; i < 4; i++) /* each form without and with a log */
		fake_kernel_answer(RAWBPF_PROG_LOAD, -E2BIG);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(2)->prog_btf_fd, 0);
	assert_int_equal(prog_load(2)->line_info_cnt, 0);
	assert_string_equal(prog_load(2)->prog_name, "memcpy_stat");
	assert_string_equal(prog_load(4)->prog_name, "");
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 5);
}

static void old_kernel_gets_its_version_for_a_kprobe(void **state)
{
	fake_kernel_no_file("/proc/version_signature", ENOENT);
	fake_kernel_file(
		"/proc/version", "Linux version 4.19.0-27-amd64 (x) #1 SMP Debian 4.19.316-1");
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EINVAL);
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EINVAL);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(0)->kern_version, 0);
	assert_int_equal(prog_load(2)->kern_version, 4 << 16 | 19 << 8 | 255);
	assert_int_equal(prog_load(2)->line_info_cnt, 2);
}

static void ubuntu_tells_its_version_in_version_signature(void **state)
{
	fake_kernel_file("/proc/version_signature", "Ubuntu 4.15.0-213.224-generic 4.15.18\n");
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EINVAL);
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EINVAL);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(2)->kern_version, 4 << 16 | 15 << 8 | 18);
}

static void new_kernel_is_not_told_a_version(void **state)
{
	fake_kernel_no_file("/proc/version_signature", ENOENT);
	fake_kernel_file(
		"/proc/version", "Linux version 6.1.0-50-amd64 (x) #1 SMP Debian 6.1.176-1");
	for (int i = 0; i < 4; i++)
		fake_kernel_answer(RAWBPF_PROG_LOAD, -EINVAL);
	assert_int_equal(load(NULL), -EINVAL);
	for (unsigned i = 0; i < fake_kernel_count(RAWBPF_PROG_LOAD); i++)
		assert_int_equal(prog_load(i)->kern_version, 0);
}

/* ---- the verifier refuses ----------------------------------------------------------------- */

static const char *verdict = "0: (18) r1 = 0x0\n4: (b7) r0 = 0\nR0 !read_ok\nprocessed 2 insns\n";

/* Refuses each program; the log is written where one fits `room` bytes, else ENOSPC. */
struct verifier {
	uint32_t room;  /* how large the whole log is */
	bool keeps_end; /* as Linux 6.4 does */
	uint32_t most;  /* the largest log that it accepts */
};

static bool refuse_program(void *arg, struct fake_call *c)
{
	const struct verifier *v = arg;
	struct rawbpf_attr_prog_load *a = c->live;
	char *log;

	if (c->call != RAWBPF_SYS_BPF || c->cmd != RAWBPF_PROG_LOAD)
		return false;
	c->result = -EACCES;
	if (!a->log_level)
		return true;
	if (v->most && a->log_size > v->most) {
		c->result = -EINVAL;
		return true;
	}
	log = (char *)(uintptr_t)a->log_buf;
	if (a->log_size < v->room)
		c->result = -ENOSPC;
	snprintf(log, a->log_size, "%s",
		a->log_size < v->room && !v->keeps_end ? "0: (18) r1 = 0x0\n" : verdict);
	return true;
}

static void refused_program_is_loaded_again_with_a_log_and_explained(void **state)
{
	struct verifier v = { 0 };

	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(NULL), -EACCES);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 2);
	assert_int_equal(prog_load(0)->log_level, 0);
	assert_int_equal(prog_load(1)->log_level, 1);
	assert_int_equal(prog_load(1)->log_size, 64 << 10);
	assert_string_equal(first.file, "a.s");
	assert_int_equal(first.line, 9);
	assert_int_equal(first.col, 3);
	assert_non_null(
		strstr(said, "the verifier refuses program \"memcpy_stat\" at instruction 4: "
			     "R0 !read_ok\n"));
}

static void without_line_info_the_slot_of_the_section_is_said(void **state)
{
	struct verifier v = { 0 };

	t.progs[0].nlines = 0;
	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(NULL), -EACCES);
	assert_string_equal(first.file, "dir/memcpy-stat.o");
	assert_non_null(strstr(said, "kprobe/memcpy:14: the verifier refuses"));
}

static void log_doubles_until_an_old_kernel_can_write_its_end(void **state)
{
	struct verifier v = { .room = 1 << 20 };

	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(NULL), -EACCES);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 6);
	assert_int_equal(prog_load(5)->log_size, 1 << 20);
	assert_non_null(strstr(said, "R0 !read_ok"));
}

static void log_does_not_grow_when_the_end_is_there(void **state)
{
	struct verifier v = { .room = 1 << 30, .keeps_end = true };

	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(NULL), -EACCES);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 2);
	assert_non_null(strstr(said, "R0 !read_ok"));
}

static void log_stops_at_what_an_old_kernel_takes(void **state)
{
	struct verifier v = { .room = 1U << 31, .most = UINT32_MAX >> 8 };
	unsigned n;

	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(NULL), -EACCES);
	n = fake_kernel_count(RAWBPF_PROG_LOAD);
	assert_int_equal(prog_load(n - 1)->log_size, UINT32_MAX >> 8);
	assert_non_null(strstr(said, "the end of its log is missing"));
}

static void whole_log_goes_to_the_caller(void **state)
{
	const struct rawbpf_load_opts opts = { .log = take_log };
	struct verifier v = { .room = 100 << 10, .keeps_end = true };

	fake_kernel_hook(refuse_program, &v);
	assert_int_equal(load(&opts), -EACCES);
	assert_int_equal(prog_load(2)->log_size, 128 << 10);
	assert_string_equal(logged, "memcpy_stat: 0: (18) r1 = 0x0\n4: (b7) r0 = 0\nR0 !read_ok\n"
				    "processed 2 insns\n");
}

static bool accept_with_log(void *arg, struct fake_call *c)
{
	struct rawbpf_attr_prog_load *a = c->live;

	if (c->call != RAWBPF_SYS_BPF || c->cmd != RAWBPF_PROG_LOAD)
		return false;
	if (a->log_level)
		strcpy((char *)(uintptr_t)a->log_buf, "processed 4 insns");
	c->result = fake_kernel_new_fd();
	return true;
}

static void wanted_log_comes_with_the_first_call(void **state)
{
	const struct rawbpf_load_opts opts = { .log_level = 2, .log = take_log };

	fake_kernel_hook(accept_with_log, NULL);
	assert_int_equal(load(&opts), 0);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 1);
	assert_int_equal(prog_load(0)->log_level, 2);
	assert_string_equal(logged, "memcpy_stat: processed 4 insns");
}

/* Refuses programs that have line_info, in the words of the verifier. */
static bool refuse_line_info(void *arg, struct fake_call *c)
{
	struct rawbpf_attr_prog_load *a = c->live;

	if (c->call != RAWBPF_SYS_BPF || c->cmd != RAWBPF_PROG_LOAD || !a->line_info_cnt)
		return false;
	c->result = -EINVAL;
	if (a->log_level)
		strcpy((char *)(uintptr_t)a->log_buf, "missing bpf_line_info for func#1\n");
	return true;
}

static void program_refused_for_its_line_info_is_loaded_without(void **state)
{
	fake_kernel_hook(refuse_line_info, NULL);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(prog_load(2)->line_info_cnt, 0);
}

/* ---- refused before the kernel is asked --------------------------------------------------- */

static void unknown_section_is_refused_with_the_nearest_name(void **state)
{
	t.progs[0].section = (char *)"kprob/memcpy";
	t.progs[0].type = 0;
	assert_int_equal(load(NULL), -ENOTSUP);
	assert_non_null(strstr(said, "did you mean \"kprobe/\"?"));
	assert_int_equal(fake_kernel_ncalls(), 0);
}

static void program_that_needs_a_btf_id_is_refused(void **state)
{
	t.progs[0].section = (char *)"fentry/vfs_read";
	t.progs[0].type = RAWBPF_PROG_TYPE_TRACING;
	assert_int_equal(load(NULL), -ENOTSUP);
	assert_non_null(strstr(said, "fentry/"));
	assert_int_equal(fake_kernel_ncalls(), 0);
}

static void object_of_the_other_byte_order_is_refused(void **state)
{
	t.obj.big_endian = OTHER_ENDIAN;
	assert_int_equal(load(NULL), -ENOTSUP);
	assert_non_null(strstr(said, "-endian"));
	assert_int_equal(fake_kernel_ncalls(), 0);
}

static void changed_object_with_a_relocation_outside_is_refused(void **state)
{
	struct rawbpf_reloc bad = { RAWBPF_RELOC_MAP_FD, COUNT(insns) - 1, 0, 0 };

	t.progs[0].relocs = &bad;
	t.progs[0].nrelocs = 1;
	assert_int_equal(load(NULL), -EINVAL);
	bad = (struct rawbpf_reloc){ RAWBPF_RELOC_MAP_FD, 0, 2, 0 };
	assert_int_equal(load(NULL), -EINVAL);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 0);
}

/* ---- whatever fails ------------------------------------------------------------------------ */

static void each_failing_call_leaves_no_fd_open_and_says_so(void **state)
{
	static const int errs[] = { ENOMEM, EPERM, EINVAL, E2BIG, ENOSPC, EMFILE };
	unsigned refused = 0;

	t.maps[0].type = RAWBPF_MAP_TYPE_PERF_EVENT_ARRAY; /* reads a file, too */
	t.maps[0].max_entries = 0;
	for (size_t k = 0; k < COUNT(errs); k++) {
		for (unsigned n = 1;; n++) {
			int rc;

			fake_kernel_reset();
			fake_kernel_fail(n, errs[k]);
			rc = load(NULL); /* checks the fds */
			if (!fake_kernel_failed())
				break;
			/* BTF is not needed, and a refused form is followed by another */
			assert_int_equal(rc < 0, *said != 0);
			refused += rc < 0;
		}
	}
	assert_true(refused > 20);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(a_load_makes_its_own_calls_in_order_and_no_probe),
		T(map_create_passes_the_described_fields_and_btf_ids),
		T(data_map_is_named_after_object_and_section),
		T(names_are_cut_to_15_bytes_and_cleaned),
		T(data_is_written_at_key_0_and_frozen),
		T(relocations_are_patched_in_a_copy),
		T(prog_load_passes_license_name_and_debug_information),
		T(version_is_passed_for_kprobe_types_only),
		T(flags_of_sleepable_and_frags_programs_are_passed),
		T(program_without_autoload_is_not_loaded),
		T(perf_event_array_of_no_size_gets_a_slot_per_possible_cpu),
		T(ring_buffer_size_becomes_a_power_of_two_of_whole_pages),
		T(refused_btf_is_left_out_of_maps_and_programs),
		T(map_refused_with_btf_ids_is_created_without),
		T(kernel_without_names_is_asked_without_from_then_on),
		T(refused_map_names_its_numbers_and_the_first_errno),
		T(locked_memory_is_unlimited_once_after_eperm_and_the_call_repeated),
		T(second_eperm_is_final_and_says_what_is_missing),
		T(other_refusals_leave_the_limit_of_locked_memory_alone),
		T(too_long_attr_drops_debug_information_then_the_name),
		T(old_kernel_gets_its_version_for_a_kprobe),
		T(ubuntu_tells_its_version_in_version_signature),
		T(new_kernel_is_not_told_a_version),
		T(refused_program_is_loaded_again_with_a_log_and_explained),
		T(without_line_info_the_slot_of_the_section_is_said),
		T(log_doubles_until_an_old_kernel_can_write_its_end),
		T(log_does_not_grow_when_the_end_is_there),
		T(log_stops_at_what_an_old_kernel_takes),
		T(whole_log_goes_to_the_caller),
		T(wanted_log_comes_with_the_first_call),
		T(program_refused_for_its_line_info_is_loaded_without),
		T(unknown_section_is_refused_with_the_nearest_name),
		T(program_that_needs_a_btf_id_is_refused),
		T(object_of_the_other_byte_order_is_refused),
		T(changed_object_with_a_relocation_outside_is_refused),
		T(each_failing_call_leaves_no_fd_open_and_says_so),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}

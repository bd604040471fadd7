/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading on this machine's kernel: maps, data, a program that runs, a program that is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/obj.h"
#include "../../syscall/sys.h"
#include "../unit/lib_elf.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define REGS(dst, src) ((dst) | (src) << 4)
#else
#define REGS(dst, src) ((dst) << 4 | (src))
#endif
#define COUNT(a) (sizeof(a) / sizeof(a[0]))

/* What a socket filter does with each packet: slots[1] += step; returns 0. */
static const struct rawbpf_insn filter[] = {
	{ 0x62, REGS(10, 0), -4, 1 },      /* *(u32 *)(r10 - 4) = 1 */
	{ 0xbf, REGS(2, 10), 0, 0 },       /* r2 = r10 */
	{ 0x07, REGS(2, 0), 0, -4 },       /* r2 += -4 */
	{ 0x18, REGS(1, 0), 0, 0 }, { 0 }, /* r1 = slots ll */
	{ 0x85, 0, 0, 1 },                 /* call map_lookup_elem */
	{ 0x15, REGS(0, 0), 5, 0 },        /* if r0 == 0 goto out */
	{ 0x18, REGS(1, 0), 0, 0 }, { 0 }, /* r1 = step ll */
	{ 0x79, REGS(1, 1), 0, 0 },        /* r1 = *(u64 *)(r1 + 0) */
	{ 0xdb, REGS(0, 1), 0, 0 },        /* lock *(u64 *)(r0 + 0) += r1 */
	{ 0xb7, REGS(0, 0), 0, 0 },        /* r0 = 0 */
	{ 0xb7, REGS(0, 0), 0, 0 },        /* out: r0 = 0 */
	{ 0x95, 0, 0, 0 },                 /* exit */
};
enum { LDDW_MAP = 3, CHECK = 6, LDDW_STEP = 7, ADD = 10 };

static const uint32_t map_def[] = { RAWBPF_MAP_TYPE_ARRAY, 4, 8, 2 };

static struct elf e;
static char said[2048], logged[1 << 16];

static void hear(void *arg, const struct rawbpf_diag *d)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s\n", d->msg);
}

static void take_log(void *arg, const char *prog, const char *text)
{
	snprintf(logged, sizeof(logged), "%s", text);
}

static const struct rawbpf_sink sink = { .say = hear };

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* The object, from ELF bytes, with the filter as `code` has it. */
static struct rawbpf_obj *make(const struct rawbpf_insn *code, size_t ncode)
{
	const uint64_t step = 5;
	struct rawbpf_obj *obj;
	unsigned maps, rodata, prog;
	uint32_t m, r;
	size_t len;
	void *image;

	elf_start(&e);
	maps = elf_section(&e, "maps", SHT_PROGBITS, SHF_ALLOC, map_def, sizeof(map_def));
	rodata = elf_section(&e, ".rodata", SHT_PROGBITS, SHF_ALLOC, &step, sizeof(step));
	prog = elf_section(
		&e, "socket", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code, ncode * sizeof(*code));
	elf_section(&e, "license", SHT_PROGBITS, SHF_ALLOC, "GPL", 4);
	m = elf_symbol(&e, "slots", STB_GLOBAL, STT_OBJECT, maps, 0, sizeof(map_def));
	r = elf_symbol(&e, "step", STB_GLOBAL, STT_OBJECT, rodata, 0, sizeof(step));
	elf_symbol(&e, "count", STB_GLOBAL, STT_FUNC, prog, 0, ncode * sizeof(*code));
	if (ncode > LDDW_STEP)
		elf_more_rel(&e, elf_rel(&e, prog, 8 * LDDW_MAP, m), 8 * LDDW_STEP, r);
	image = elf_finish(&e, &len);
	*said = *logged = 0;
	assert_int_equal(rawbpf_obj_read_mem(&obj, image, len, "filter.o", &sink), 0);
	free(image);
	return obj;
}

/* Runs the program `times` on a packet of nothing; what slot 1 holds then. */
static uint64_t run(const struct rawbpf_loaded *l, unsigned times)
{
	unsigned char packet[64] = { 0 };
	struct rawbpf_attr_prog_test_run attr = { .prog_fd = (uint32_t)l->prog_fds[0],
		.data_in = rawbpf_ptr(packet),
		.data_size_in = sizeof(packet),
		.repeat = times };
	const uint32_t key = 1;
	uint64_t value = 0;

	assert_int_equal(rawbpf_prog_test_run(&attr), 0);
	assert_int_equal(attr.retval, 0);
	assert_int_equal(rawbpf_map_lookup_elem(l->map_fds[0], &key, &value, 0), 0);
	return value;
}

static void loaded_filter_counts_in_its_map_by_what_rodata_says(void **state)
{
	unsigned before = open_fds();
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	struct rawbpf_loaded *l;

	assert_int_equal(rawbpf_obj_load(&l, obj, NULL, &sink), 0);
	assert_string_equal(said, "");
	assert_int_equal(run(l, 3), 15);
	rawbpf_loaded_free(l);
	rawbpf_obj_free(obj);
	assert_int_equal(open_fds(), before);
}

static void setting_changed_before_loading_counts(void **state)
{
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	struct rawbpf_loaded *l;

	assert_int_equal(rawbpf_obj_set(obj, "step", 100), 0);
	assert_int_equal(rawbpf_obj_load(&l, obj, NULL, &sink), 0);
	assert_int_equal(run(l, 2), 200);
	rawbpf_loaded_free(l);
	rawbpf_obj_free(obj);
}

static void object_can_be_loaded_twice_with_maps_of_their_own(void **state)
{
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	struct rawbpf_loaded *a, *b;

	assert_int_equal(rawbpf_obj_load(&a, obj, NULL, &sink), 0);
	assert_int_equal(rawbpf_obj_load(&b, obj, NULL, &sink), 0);
	assert_int_equal(run(a, 1), 5);
	assert_int_equal(run(a, 1), 10);
	assert_int_equal(run(b, 1), 5);
	rawbpf_loaded_free(a);
	rawbpf_loaded_free(b);
	rawbpf_obj_free(obj);
}

static void rodata_is_frozen(void **state)
{
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	struct rawbpf_loaded *l;
	const uint32_t key = 0;
	uint64_t value = 9;

	assert_int_equal(rawbpf_obj_load(&l, obj, NULL, &sink), 0);
	assert_string_equal(obj->maps[1].name, ".rodata");
	assert_int_equal(rawbpf_map_update_elem(l->map_fds[1], &key, &value, 0), -EPERM);
	rawbpf_loaded_free(l);
	rawbpf_obj_free(obj);
}

/* The verifier refuses `obj`: what is said must have `words`, and nothing stays open. */
static void refused(struct rawbpf_obj *obj, const char *words)
{
	const struct rawbpf_load_opts opts = { .log = take_log };
	unsigned before = open_fds();
	struct rawbpf_loaded *l;

	assert_true(rawbpf_obj_load(&l, obj, &opts, &sink) < 0);
	assert_null(l);
	rawbpf_obj_free(obj);
	assert_int_equal(open_fds(), before);
	if (!strstr(said, words))
		fail_msg("said: %s\nlog: %s", said, logged);
	assert_string_not_equal(logged, "");
}

static void lookup_that_is_not_checked_is_explained(void **state)
{
	struct rawbpf_insn code[COUNT(filter)];

	memcpy(code, filter, sizeof(filter));
	code[CHECK] = (struct rawbpf_insn){ 0x05, 0, 0, 0 }; /* goto +0 */
	refused(make(code, COUNT(filter)),
		"socket:10: the verifier refuses program \"count\" at instruction 10: "
		"R0 invalid mem access 'map_value_or_null'\n"
		"the pointer may be 0");
}

static void register_that_was_not_set_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0x95, 0, 0, 0 } };

	refused(make(code, 1), "at instruction 0: R0 !read_ok\nthe register holds nothing");
}

static void store_below_the_stack_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0x7a, REGS(10, 0), -520, 0 }, { 0xb7, 0, 0, 0 },
		{ 0x95, 0, 0, 0 } };

	refused(make(code, 3), "off=-520 size=8\n"
			       "the stack is 512 bytes");
}

static void code_that_is_not_reached_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0xb7, 0, 0, 0 }, { 0x95, 0, 0, 0 }, { 0xb7, 0, 0, 0 },
		{ 0x95, 0, 0, 0 } };

	refused(make(code, 4), "at instruction 2: unreachable insn 2\nno path leads there");
}

static void helper_that_does_not_exist_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0x85, 0, 0, 4242 }, { 0x95, 0, 0, 0 } };

	refused(make(code, 2), "at instruction 0: invalid func unknown#4242\nthis kernel does not");
}

static void field_that_ctx_does_not_have_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0x79, REGS(0, 1), 4000, 0 }, { 0x95, 0, 0, 0 } };

	refused(make(code, 2), "at instruction 0: invalid bpf_context access off=4000 size=8\n"
			       "this program type's ctx");
}

static void endless_loop_is_explained(void **state)
{
	const struct rawbpf_insn code[] = { { 0xb7, 0, 0, 0 }, { 0x15, 0, -1, 0 },
		{ 0x95, 0, 0, 0 } };

	refused(make(code, 3), "at instruction 1: infinite loop detected at insn 1\n"
			       "the verifier cannot see that the loop ends");
}

static void licence_that_a_helper_needs_is_explained(void **state)
{
	/* r1 = r10; r1 += -8; *(u64 *)r1 = 0; r2 = 4; call trace_printk; r0 = 0; exit */
	const struct rawbpf_insn code[] = { { 0xbf, REGS(1, 10), 0, 0 },
		{ 0x07, REGS(1, 0), 0, -8 }, { 0x7a, REGS(1, 0), 0, 0 }, { 0xb7, REGS(2, 0), 0, 4 },
		{ 0x85, 0, 0, 6 }, { 0xb7, 0, 0, 0 }, { 0x95, 0, 0, 0 } };
	struct rawbpf_obj *obj = make(code, 7);

	strcpy(obj->license, "X");
	refused(obj, "instruction 4: cannot call GPL");
}

static void log_is_given_for_a_good_program_when_wanted(void **state)
{
	const struct rawbpf_load_opts opts = { .log_level = 1, .log = take_log };
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	struct rawbpf_loaded *l;

	assert_int_equal(rawbpf_obj_load(&l, obj, &opts, &sink), 0);
	assert_non_null(strstr(logged, "processed "));
	rawbpf_loaded_free(l);
	rawbpf_obj_free(obj);
}

static void map_that_the_kernel_refuses_is_named_with_its_numbers(void **state)
{
	struct rawbpf_obj *obj = make(filter, COUNT(filter));
	unsigned before = open_fds();
	struct rawbpf_loaded *l;

	obj->maps[0].key_size = 3;
	assert_int_equal(rawbpf_obj_load(&l, obj, NULL, &sink), -EINVAL);
	rawbpf_obj_free(obj);
	assert_non_null(strstr(said, "map \"slots\" (BPF_MAP_TYPE_ARRAY, key 3 bytes"));
	assert_non_null(strstr(said, "an array's key has 4 bytes"));
	assert_int_equal(open_fds(), before);
}

static void possible_cpus_are_counted(void **state)
{
	assert_true(rawbpf_possible_cpus() >= 1);
}

/* Why programs cannot be loaded here at all, or NULL. */
static const char *no_privilege(void)
{
	static char why[200];
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	int fd = rawbpf_map_create(&attr);

	rawbpf_sys_close(fd);
	if (fd >= 0)
		return NULL;
	snprintf(why, sizeof(why), "BPF_MAP_CREATE says %s", strerror(-fd));
	return why;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaded_filter_counts_in_its_map_by_what_rodata_says),
		cmocka_unit_test(setting_changed_before_loading_counts),
		cmocka_unit_test(object_can_be_loaded_twice_with_maps_of_their_own),
		cmocka_unit_test(rodata_is_frozen),
		cmocka_unit_test(lookup_that_is_not_checked_is_explained),
		cmocka_unit_test(register_that_was_not_set_is_explained),
		cmocka_unit_test(store_below_the_stack_is_explained),
		cmocka_unit_test(code_that_is_not_reached_is_explained),
		cmocka_unit_test(helper_that_does_not_exist_is_explained),
		cmocka_unit_test(field_that_ctx_does_not_have_is_explained),
		cmocka_unit_test(endless_loop_is_explained),
		cmocka_unit_test(licence_that_a_helper_needs_is_explained),
		cmocka_unit_test(log_is_given_for_a_good_program_when_wanted),
		cmocka_unit_test(map_that_the_kernel_refuses_is_named_with_its_numbers),
		cmocka_unit_test(possible_cpus_are_counted),
	};
	const char *why = no_privilege();

	for (size_t i = 0; why && i < COUNT(tests); i++)
		print_message("ok %zu # SKIP %s: %s\n", i + 1, tests[i].name, why);
	return why ? 0 : cmocka_run_group_tests_name("load", tests, NULL, NULL);
}

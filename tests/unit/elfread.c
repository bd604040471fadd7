/* SPDX-License-Identifier: BSD-2-Clause */
/* Describing objects: good ones, odd ones, broken ones. Compilers' objects: corpus/objects.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../../loader/obj.h"
#include "../../loader/where.h"
#include "lib_elf.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define REGS(dst, src) ((dst) | (src) << 4)
#else
#define REGS(dst, src) ((dst) << 4 | (src))
#endif

#define CODE (SHF_ALLOC | SHF_EXECINSTR)
#define DATA (SHF_ALLOC | SHF_WRITE)

static const struct rawbpf_insn ret0[] = { { 0xb7, 0, 0, 0 }, { 0x95, 0, 0, 0 } };
/* r1 = something ll; r0 = 0; exit */
static const struct rawbpf_insn use[] = { { 0x18, REGS(1, 0), 0, 0 }, { 0 }, { 0xb7, 0, 0, 0 },
	{ 0x95, 0, 0, 0 } };
/* type, key_size, value_size, max_entries, map_flags, and a tail */
static const uint32_t map_def[] = { 1, 4, 8, 16, 1, 0, 0, 0, 0 };

static struct elf e;
static struct rawbpf_obj *obj;
static char said[4096];

static void hear(void *arg, const struct rawbpf_diag *d)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s: %s\n", d->file ? d->file : "", d->msg);
}

static const struct rawbpf_sink sink = { .say = hear };

static int setup(void **state)
{
	elf_start(&e);
	return 0;
}

static int teardown(void **state)
{
	rawbpf_obj_free(obj);
	obj = NULL;
	return 0;
}

static int read_bytes(const void *image, size_t len)
{
	rawbpf_obj_free(obj);
	*said = 0;
	return rawbpf_obj_read_mem(&obj, image, len, "x.o", &sink);
}

/* Reads what was built; an error must have been said, success is silent. */
static int read_it(void)
{
	size_t len;
	void *image = elf_finish(&e, &len);
	int rc = read_bytes(image, len);

	free(image);
	assert_int_equal(rc < 0, obj == NULL);
	assert_int_equal(rc < 0, *said != 0);
	return rc;
}

#define assert_refused(err, words)                                                                 \
	do {                                                                                       \
		assert_int_equal(read_it(), err);                                                  \
		if (!strstr(said, words))                                                          \
			fail_msg("said: %s", said);                                                \
	} while (0)

/* A section of code with one function that fills it. */
static unsigned add_prog(const char *section, const char *name, const void *code, size_t len)
{
	unsigned i = elf_section(&e, section, SHT_PROGBITS, CODE, code, len);

	elf_symbol(&e, name, STB_GLOBAL, STT_FUNC, i, 0, len);
	return i;
}

/* A program whose lddw names `symbol`. */
static unsigned add_use(uint32_t symbol)
{
	unsigned i = add_prog("xdp", "prog", use, sizeof(use));

	elf_rel(&e, i, 0, symbol);
	return i;
}

static uint32_t add_map(const char *name)
{
	unsigned i = elf_section(&e, "maps", SHT_PROGBITS, DATA, map_def, 20);

	return elf_symbol(&e, name, STB_GLOBAL, STT_OBJECT, i, 0, 20);
}

/* ---- good objects ------------------------------------------------------------------- */

static void object_is_described(void **state)
{
	const uint32_t version = 0x061200;

	add_use(add_map("sizes"));
	elf_section(&e, "license", SHT_PROGBITS, DATA, "Dual BSD/GPL", 13);
	elf_section(&e, "version", SHT_PROGBITS, DATA, &version, 4);
	assert_int_equal(read_it(), 0);
	assert_string_equal(obj->path, "x.o");
	assert_string_equal(obj->license, "Dual BSD/GPL");
	assert_int_equal(obj->kern_version, version);
	assert_int_equal(obj->nmaps, 1);
	assert_string_equal(obj->maps[0].name, "sizes");
	assert_int_equal(obj->maps[0].type, 1);
	assert_int_equal(obj->maps[0].key_size, 4);
	assert_int_equal(obj->maps[0].value_size, 8);
	assert_int_equal(obj->maps[0].max_entries, 16);
	assert_int_equal(obj->maps[0].map_flags, 1);
	assert_ptr_equal(rawbpf_obj_map(obj, "sizes"), &obj->maps[0]);
	assert_null(rawbpf_obj_map(obj, "size"));
	assert_int_equal(obj->nprogs, 1);
	assert_string_equal(obj->progs[0].name, "prog");
	assert_string_equal(obj->progs[0].section, "xdp");
	assert_int_equal(obj->progs[0].type, RAWBPF_PROG_TYPE_XDP);
	assert_int_equal(obj->progs[0].expected_attach_type, RAWBPF_XDP);
	assert_true(obj->progs[0].autoload);
	assert_int_equal(obj->progs[0].ninsns, 4);
	assert_memory_equal(obj->progs[0].insns, use, sizeof(use));
	assert_int_equal(obj->progs[0].nrelocs, 1);
	assert_int_equal(obj->progs[0].relocs[0].kind, RAWBPF_RELOC_MAP_FD);
	assert_int_equal(obj->progs[0].relocs[0].slot, 0);
}

static void object_without_license_has_an_empty_one(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_string_equal(obj->license, "");
}

static void license_without_an_end_is_read_no_further(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_section(&e, "license", SHT_PROGBITS, DATA, "GPLv2", 3);
	assert_int_equal(read_it(), 0);
	assert_string_equal(obj->license, "GPL");
}

static void old_llvm_object_without_a_machine_is_taken(void **state)
{
	e.eh.e_machine = EM_NONE;
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
}

static void programs_of_one_section_are_split_by_their_functions(void **state)
{
	struct rawbpf_insn code[6];
	unsigned i;

	memcpy(code, ret0, 16);
	memcpy(code + 2, use, 32);
	i = elf_section(&e, "xdp", SHT_PROGBITS, CODE, code, sizeof(code));
	elf_symbol(&e, "second", STB_GLOBAL, STT_FUNC, i, 16, 32);
	elf_symbol(&e, "LBB0_1", STB_LOCAL, STT_NOTYPE, i, 8, 0);
	elf_symbol(&e, "first", STB_GLOBAL, STT_FUNC, i, 0, 16);
	elf_rel(&e, i, 16, add_map("m"));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nprogs, 2);
	assert_string_equal(obj->progs[0].name, "first");
	assert_int_equal(obj->progs[0].ninsns, 2);
	assert_int_equal(obj->progs[0].nrelocs, 0);
	assert_string_equal(obj->progs[1].name, "second");
	assert_int_equal(obj->progs[1].section_slot, 2);
	assert_int_equal(obj->progs[1].ninsns, 4);
	assert_int_equal(obj->progs[1].relocs[0].slot, 0);
}

static void function_without_a_size_reaches_to_the_next(void **state)
{
	struct rawbpf_insn code[4];
	unsigned i;

	memcpy(code, ret0, 16);
	memcpy(code + 2, ret0, 16);
	i = elf_section(&e, "xdp", SHT_PROGBITS, CODE, code, sizeof(code));
	elf_symbol(&e, "first", STB_GLOBAL, STT_FUNC, i, 0, 0);
	elf_symbol(&e, "second", STB_GLOBAL, STT_FUNC, i, 16, 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].ninsns, 2);
	assert_int_equal(obj->progs[1].ninsns, 2);
}

static void section_with_a_question_mark_is_not_loaded_by_itself(void **state)
{
	add_prog("?xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_false(obj->progs[0].autoload);
	assert_int_equal(obj->progs[0].type, RAWBPF_PROG_TYPE_XDP);
}

static void unknown_section_is_described_without_a_type(void **state)
{
	add_prog("kprob/x", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].type, 0);
}

static void object_of_the_other_byte_order_is_described_as_the_host_writes(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->big_endian, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	/* the swapped one: corpus/objects.sh, from clang -target bpfeb */
}

/* ---- legacy maps --------------------------------------------------------------------- */

static void legacy_definition_may_be_short_or_end_in_zeroes(void **state)
{
	static const size_t sizes[] = { 16, 20, 28, 36 };

	for (size_t k = 0; k < 4; k++) {
		unsigned i;

		elf_start(&e);
		add_prog("xdp", "prog", ret0, sizeof(ret0));
		i = elf_section(&e, "maps", SHT_PROGBITS, DATA, NULL, 2 * sizes[k]);
		memcpy(e.sec[i].data, map_def, sizes[k]);
		memcpy(e.sec[i].data + sizes[k], map_def, sizes[k]);
		elf_symbol(&e, "b", STB_GLOBAL, STT_NOTYPE, i, sizes[k], 0);
		elf_symbol(&e, "a", STB_GLOBAL, STT_NOTYPE, i, 0, 0);
		assert_int_equal(read_it(), 0);
		assert_int_equal(obj->nmaps, 2);
		assert_string_equal(obj->maps[0].name, "a");
		assert_int_equal(obj->maps[1].max_entries, 16);
		assert_int_equal(obj->maps[1].map_flags, sizes[k] > 16);
	}
}

static void legacy_definition_with_more_than_we_know_is_refused(void **state)
{
	uint32_t def[] = { 1, 4, 8, 16, 0, 0, 1 };
	unsigned i;

	add_prog("xdp", "prog", ret0, sizeof(ret0));
	i = elf_section(&e, "maps", SHT_PROGBITS, DATA, def, sizeof(def));
	elf_symbol(&e, "odd", STB_GLOBAL, STT_OBJECT, i, 0, sizeof(def));
	assert_refused(-ENOTSUP, "map \"odd\": its definition has 28 bytes");
}

static void legacy_maps_of_unequal_size_are_refused(void **state)
{
	unsigned i = elf_section(&e, "maps", SHT_PROGBITS, DATA, map_def, 36);

	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_symbol(&e, "a", STB_GLOBAL, STT_OBJECT, i, 0, 16);
	elf_symbol(&e, "b", STB_GLOBAL, STT_OBJECT, i, 16, 20);
	assert_refused(-ENOEXEC, "map \"b\" is at byte 16");
}

static void static_map_is_refused(void **state)
{
	unsigned i = elf_section(&e, "maps", SHT_PROGBITS, DATA, map_def, 20);

	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_symbol(&e, "mine", STB_LOCAL, STT_OBJECT, i, 0, 20);
	assert_refused(-ENOTSUP, "map \"mine\" is static");
}

/* ---- relocations ------------------------------------------------------------------------ */

static void relocation_by_section_symbol_finds_the_map_at_the_offset_in_the_instruction(
	void **state)
{
	struct rawbpf_insn code[4];
	unsigned i = elf_section(&e, "maps", SHT_PROGBITS, DATA, NULL, 40), p;

	memcpy(e.sec[i].data, map_def, 20);
	memcpy(e.sec[i].data + 20, map_def, 20);
	elf_symbol(&e, "a", STB_GLOBAL, STT_OBJECT, i, 0, 20);
	elf_symbol(&e, "b", STB_GLOBAL, STT_OBJECT, i, 20, 20);
	memcpy(code, use, sizeof(use));
	code[0].imm = 20;
	p = add_prog("xdp", "prog", code, sizeof(code));
	elf_rel(&e, p, 0, elf_symbol(&e, "", STB_LOCAL, STT_SECTION, i, 0, 0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].relocs[0].map, 1);
}

/* .data of 64 bytes with a symbol, and an lddw with `imm`: the offset that comes out. */
static int data_offset(unsigned symbol_type, uint64_t value, int32_t imm)
{
	struct rawbpf_insn code[4];
	unsigned i, p;
	int rc;

	elf_start(&e);
	memcpy(code, use, sizeof(use));
	code[0].imm = imm;
	i = elf_section(&e, ".data", SHT_PROGBITS, DATA, NULL, 64);
	p = add_prog("xdp", "prog", code, sizeof(code));
	elf_rel(&e, p, 0, elf_symbol(&e, "v", STB_GLOBAL, symbol_type, i, value, 8));
	rc = read_it();
	if (rc)
		return rc;
	assert_int_equal(obj->progs[0].relocs[0].kind, RAWBPF_RELOC_MAP_VALUE);
	return (int)obj->progs[0].relocs[0].offset;
}

static void data_offset_is_right_for_llvm_and_for_gnu(void **state)
{
	assert_int_equal(data_offset(STT_OBJECT, 8, 0), 8);   /* LLVM: the symbol's value */
	assert_int_equal(data_offset(STT_OBJECT, 8, 8), 8);   /* GNU writes it twice */
	assert_int_equal(data_offset(STT_OBJECT, 8, 16), 24); /* a real addend */
	assert_int_equal(data_offset(STT_SECTION, 0, 48), 48);
	assert_int_equal(data_offset(STT_OBJECT, 0, 0), 0);
}

static void data_offset_outside_of_the_section_is_refused(void **state)
{
	assert_int_equal(data_offset(STT_SECTION, 0, 64), -ENOEXEC);
	assert_non_null(strstr(said, "xdp:0: \".data\" at byte 64 is outside of .data (64 bytes)"));
	assert_int_equal(data_offset(STT_SECTION, 0, -8), -ENOEXEC);
}

static void unused_strings_make_no_map(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_section(&e, ".rodata.str1.1", SHT_PROGBITS, SHF_ALLOC, "hello", 6);
	elf_section(&e, ".bss", SHT_NOBITS, DATA, NULL, 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nmaps, 0);
}

static void rodata_is_frozen_and_bss_has_no_bytes(void **state)
{
	unsigned r = elf_section(&e, ".rodata", SHT_PROGBITS, SHF_ALLOC, "12345678", 8);
	unsigned b = elf_section(&e, ".bss", SHT_NOBITS, DATA, NULL, 16);

	elf_symbol(&e, "step", STB_GLOBAL, STT_OBJECT, r, 4, 4);
	elf_symbol(&e, "zero", STB_GLOBAL, STT_OBJECT, b, 8, 8);
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nmaps, 2);
	assert_string_equal(obj->maps[0].name, ".rodata");
	assert_int_equal(obj->maps[0].origin, RAWBPF_MAP_DATA);
	assert_true(obj->maps[0].read_only);
	assert_int_equal(obj->maps[0].map_flags, RAWBPF_F_RDONLY_PROG);
	assert_memory_equal(obj->maps[0].data, "12345678", 8);
	assert_null(obj->maps[1].data);
	assert_int_equal(obj->maps[1].value_size, 16);
	assert_int_equal(rawbpf_obj_var(obj, "zero")->map, 1);
	assert_int_equal(rawbpf_obj_var(obj, "zero")->offset, 8);
}

static void variable_outside_of_its_section_is_refused(void **state)
{
	unsigned r = elf_section(&e, ".data", SHT_PROGBITS, DATA, "12345678", 8);

	elf_symbol(&e, "far", STB_GLOBAL, STT_OBJECT, r, 4, 8);
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_refused(-ENOEXEC, "variable \"far\"");
}

static void pointer_in_data_is_refused_with_its_place(void **state)
{
	unsigned d = elf_section(&e, ".data", SHT_PROGBITS, DATA, NULL, 16);
	uint32_t sym = elf_symbol(&e, "table", STB_GLOBAL, STT_OBJECT, d, 0, 16);

	elf_rel(&e, d, 8, sym);
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_refused(-ENOTSUP, ".data:8: a pointer to \"table\"");
}

static void extern_common_and_absolute_symbols_are_refused_by_name(void **state)
{
	static const struct {
		unsigned section;
		const char *words;
	} cases[] = { { SHN_UNDEF, "xdp:0: \"it\" is not defined in this object" },
		{ SHN_COMMON, "\"it\" is a common symbol" },
		{ SHN_ABS, "\"it\" is an absolute symbol" } };

	for (size_t i = 0; i < 3; i++) {
		elf_start(&e);
		add_use(elf_symbol(&e, "it", STB_GLOBAL, STT_NOTYPE, cases[i].section, 0, 0));
		assert_refused(-ENOTSUP, cases[i].words);
	}
}

static void symbol_in_a_section_that_is_no_data_is_refused(void **state)
{
	unsigned i = elf_section(&e, ".comment", SHT_PROGBITS, 0, "gcc", 4);

	add_use(elf_symbol(&e, "it", STB_GLOBAL, STT_OBJECT, i, 0, 4));
	assert_refused(-ENOTSUP, "\"it\" lies in section .comment");
}

static void relocation_out_of_range_or_between_slots_is_refused(void **state)
{
	static const uint64_t offsets[] = { 32, 4, 1ULL << 40, UINT64_MAX };

	for (size_t k = 0; k < 4; k++) {
		elf_start(&e);
		elf_rel(&e, add_prog("xdp", "prog", use, sizeof(use)), offsets[k], add_map("m"));
		assert_refused(-ENOEXEC, "xdp: a relocation to \"m\" at byte");
	}
}

static void relocation_of_an_instruction_that_takes_none_is_refused(void **state)
{
	elf_rel(&e, add_prog("xdp", "prog", use, sizeof(use)), 16, add_map("m"));
	assert_refused(-ENOEXEC, "xdp:2: a relocation to \"m\" on opcode 0xb7");
}

static void lddw_in_the_last_slot_is_refused(void **state)
{
	elf_rel(&e, add_prog("xdp", "prog", use, 8), 0, add_map("m"));
	assert_refused(-ENOEXEC, "lddw in the last slot");
}

/* ---- calls ------------------------------------------------------------------------------------
 */

/* call pc+1; exit; r0 = 0; exit */
static struct rawbpf_insn calls[] = { { 0x85, REGS(0, 1), 0, 1 }, { 0x95, 0, 0, 0 },
	{ 0xb7, 0, 0, 0 }, { 0x95, 0, 0, 0 } };

static void call_inside_one_program_is_kept(void **state)
{
	add_prog("xdp", "prog", calls, sizeof(calls));
	assert_int_equal(read_it(), 0);
	assert_memory_equal(obj->progs[0].insns, calls, sizeof(calls));
}

static void call_of_a_label_in_the_same_program_is_resolved(void **state)
{
	struct rawbpf_insn code[4];
	unsigned p;

	memcpy(code, calls, sizeof(calls));
	code[0].imm = -1;
	p = add_prog("xdp", "prog", code, sizeof(code));
	elf_rel(&e, p, 0, elf_symbol(&e, "local", STB_LOCAL, STT_NOTYPE, p, 16, 0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].insns[0].imm, 1);
}

/* Two programs and a static function between them; calls within a section have no relocation. */
static void static_function_is_copied_behind_each_program_that_calls_it(void **state)
{
	/* a: call 4; exit; f: r0 = 0; exit; b: r0 = 0; call 2; exit */
	static const struct rawbpf_insn code[] = { { 0x85, REGS(0, 1), 0, 1 }, { 0x95, 0, 0, 0 },
		{ 0xb7, 0, 0, 7 }, { 0x95, 0, 0, 0 }, { 0xb7, 0, 0, 0 },
		{ 0x85, REGS(0, 1), 0, -4 }, { 0x95, 0, 0, 0 } };
	unsigned p = elf_section(&e, "xdp", SHT_PROGBITS, CODE, code, sizeof(code));

	elf_symbol(&e, "a", STB_GLOBAL, STT_FUNC, p, 0, 16);
	elf_symbol(&e, "f", STB_LOCAL, STT_FUNC, p, 16, 16);
	elf_symbol(&e, "b", STB_GLOBAL, STT_FUNC, p, 32, 24);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nprogs, 2);
	assert_int_equal(obj->nsubprogs, 1);
	assert_memory_equal(obj->progs[0].insns, code, 4 * sizeof(*code));
	assert_int_equal(obj->progs[1].ninsns, 5);
	assert_int_equal(obj->progs[1].insns[1].imm, 1);
	assert_memory_equal(obj->progs[1].insns + 3, code + 2, 2 * sizeof(*code));
	assert_int_equal(obj->progs[1].nparts, 2);
	assert_int_equal(obj->progs[1].parts[1].slot, 3);
	assert_int_equal(obj->progs[1].parts[1].func, 2);
}

/* .text: a calls b, b calls a; c, which nobody calls, has a relocation that cannot be. */
static unsigned add_text(void)
{
	static const struct rawbpf_insn code[] = { { 0x85, REGS(0, 1), 0, 1 }, { 0x95, 0, 0, 0 },
		{ 0x85, REGS(0, 1), 0, -3 }, { 0x95, 0, 0, 0 }, { 0x85, 0, 0, 1 },
		{ 0x95, 0, 0, 0 } };
	unsigned t = elf_section(&e, ".text", SHT_PROGBITS, CODE, code, sizeof(code));

	elf_symbol(&e, "a", STB_LOCAL, STT_FUNC, t, 0, 16);
	elf_symbol(&e, "b", STB_GLOBAL, STT_FUNC, t, 16, 16);
	elf_symbol(&e, "c", STB_GLOBAL, STT_FUNC, t, 32, 16);
	elf_rel(&e, t, 32, elf_symbol(&e, "extern", STB_GLOBAL, STT_NOTYPE, 0, 0, 0));
	return t;
}

static void functions_that_call_each_other_are_placed_once(void **state)
{
	unsigned t = add_text();
	struct rawbpf_insn code[4];

	memcpy(code, calls, sizeof(calls));
	code[0].imm = 1; /* the section's slot 2, b */
	elf_rel(&e, add_prog("xdp", "prog", code, sizeof(code)), 0,
		elf_symbol(&e, "", STB_LOCAL, STT_SECTION, t, 0, 0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nprogs, 1);
	assert_int_equal(obj->progs[0].ninsns, 8); /* prog, b, a */
	assert_int_equal(obj->progs[0].insns[0].imm, 3);
	assert_int_equal(obj->progs[0].insns[4].imm, 1);
	assert_int_equal(obj->progs[0].insns[6].imm, -3);
	assert_string_equal(obj->subprogs[obj->progs[0].parts[1].func - 1].name, "b");
}

/* GNU as writes bytes into the field, LLVM -1: neither counts when the symbol is the function. */
static void call_of_a_named_function_goes_where_its_symbol_is(void **state)
{
	uint32_t b = 0;
	struct rawbpf_insn code[4];

	add_text();
	for (uint32_t i = 1; i < e.nsyms; i++) {
		const Elf64_Sym *sym = (const Elf64_Sym *)(void *)e.sec[ELF_SYMTAB].data + i;

		if (!strcmp((const char *)e.sec[ELF_STRTAB].data + sym->st_name, "b"))
			b = i;
	}
	memcpy(code, calls, sizeof(calls));
	code[0].imm = 15;
	code[2] = (struct rawbpf_insn){ 0x85, REGS(0, 1), 0, -1 };
	elf_more_rel(&e, elf_rel(&e, add_prog("xdp", "prog", code, sizeof(code)), 0, b), 16, b);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].insns[0].imm, 3);
	assert_int_equal(obj->progs[0].insns[2].imm, 1);
}

static void relocations_and_messages_follow_a_function_into_its_program(void **state)
{
	unsigned t = elf_section(&e, ".text", SHT_PROGBITS, CODE, use, sizeof(use));
	uint32_t f = elf_symbol(&e, "f", STB_GLOBAL, STT_FUNC, t, 0, sizeof(use));

	elf_rel(&e, t, 0, add_map("m"));
	elf_rel(&e, add_prog("xdp", "prog", calls, sizeof(calls)), 0, f);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].nrelocs, 1);
	assert_int_equal(obj->progs[0].relocs[0].slot, 4);
	*said = 0;
	rawbpf_error_at(&sink, -EINVAL, obj, &obj->progs[0], 6, "here");
	assert_string_equal(said, "x.o: .text:2: here\n");
}

static void program_that_another_calls_is_both(void **state)
{
	unsigned p = elf_section(&e, "xdp", SHT_PROGBITS, CODE, calls, sizeof(calls));

	elf_symbol(&e, "caller", STB_GLOBAL, STT_FUNC, p, 0, 16);
	elf_symbol(&e, "callee", STB_GLOBAL, STT_FUNC, p, 16, 16);
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].ninsns, 4);
	assert_int_equal(obj->progs[1].ninsns, 2);
	assert_true(obj->progs[1].autoload);
}

static void function_of_a_section_of_unknown_kind_is_no_program_when_called(void **state)
{
	unsigned t = elf_section(&e, "library", SHT_PROGBITS, CODE, ret0, sizeof(ret0));

	elf_rel(&e, add_prog("xdp", "prog", calls, sizeof(calls)), 0,
		elf_symbol(&e, "f", STB_GLOBAL, STT_FUNC, t, 0, 16));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nprogs, 2);
	assert_false(obj->progs[0].autoload);
	assert_true(obj->progs[1].autoload);
}

static void call_of_a_place_without_a_function_is_refused(void **state)
{
	unsigned t = elf_section(&e, ".text", SHT_PROGBITS, CODE, ret0, sizeof(ret0));

	elf_rel(&e, add_prog("xdp", "caller", calls, sizeof(calls)), 0,
		elf_symbol(&e, "", STB_LOCAL, STT_SECTION, t, 0, 0));
	assert_refused(-ENOEXEC,
		"xdp:0: function \"caller\" calls slot 2 of section .text, where no function is");
}

static void call_of_data_is_refused(void **state)
{
	elf_rel(&e, add_prog("xdp", "caller", calls, sizeof(calls)), 0, add_map("m"));
	assert_refused(-ENOEXEC, "calls \"m\", which is not code");
}

static void call_of_nothing_in_the_object_is_refused(void **state)
{
	elf_rel(&e, add_prog("xdp", "caller", calls, sizeof(calls)), 0,
		elf_symbol(&e, "bpf_map_lokup_elem", STB_GLOBAL, STT_NOTYPE, 0, 0, 0));
	assert_refused(-ENOTSUP, "calls \"bpf_map_lokup_elem\", which is not defined");
}

static void address_of_a_function_becomes_a_distance(void **state)
{
	unsigned t = elf_section(&e, ".text", SHT_PROGBITS, CODE, ret0, sizeof(ret0));

	add_use(elf_symbol(&e, "callback", STB_LOCAL, STT_FUNC, t, 0, 16));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->progs[0].ninsns, 6);
	assert_int_equal(obj->progs[0].insns[0].regs, REGS(1, 4));
	assert_int_equal(obj->progs[0].insns[0].imm, 3);
	assert_int_equal(obj->progs[0].insns[1].imm, 0);
}

/* ---- broken ones -------------------------------------------------------------------------------
 */

static void symbol_that_is_defined_twice_is_refused(void **state)
{
	add_prog("xdp", "same", ret0, sizeof(ret0));
	add_prog("socket", "same", ret0, sizeof(ret0));
	assert_refused(-ENOEXEC, "symbol \"same\" is defined twice: in section");
}

static void functions_that_overlap_are_refused(void **state)
{
	unsigned i = add_prog("xdp", "one", use, sizeof(use));

	elf_symbol(&e, "two", STB_GLOBAL, STT_FUNC, i, 16, 16);
	assert_refused(-ENOEXEC, "functions \"one\" and \"two\" overlap");
}

static void function_outside_of_its_section_is_refused(void **state)
{
	static const uint64_t at[][2] = { { 0, 24 }, { 16, 8 }, { 8, UINT64_MAX - 7 },
		{ UINT64_MAX - 7, 16 }, { 4, 8 }, { 0, 12 } };

	for (size_t k = 0; k < 6; k++) {
		unsigned i;

		elf_start(&e);
		i = elf_section(&e, "xdp", SHT_PROGBITS, CODE, ret0, sizeof(ret0));
		elf_symbol(&e, "f", STB_GLOBAL, STT_FUNC, i, at[k][0], at[k][1]);
		assert_refused(-ENOEXEC, "function \"f\"");
	}
}

static void object_without_programs_says_what_it_has_instead(void **state)
{
	unsigned i;

	assert_refused(-ENOEXEC, "no programs and no instructions");
	elf_start(&e);
	add_prog(".text", "f", ret0, sizeof(ret0));
	assert_refused(-ENOEXEC, "all functions are in .text");
	elf_start(&e);
	i = elf_section(&e, "xdp", SHT_PROGBITS, CODE, ret0, sizeof(ret0));
	elf_symbol(&e, "f", STB_GLOBAL, STT_NOTYPE, i, 0, 0);
	assert_refused(-ENOEXEC, "its symbols are not of type @function");
	elf_start(&e);
	i = elf_section(&e, "xdp", SHT_PROGBITS, CODE, ret0, sizeof(ret0));
	elf_symbol(&e, "f", STB_LOCAL, STT_FUNC, i, 0, 16);
	assert_refused(-ENOEXEC, "its functions are static");
}

static void sections_that_share_their_bytes_are_refused(void **state)
{
	unsigned i = add_prog("xdp", "prog", ret0, sizeof(ret0)), k, b;
	size_t len;
	unsigned char *image;
	Elf64_Shdr *sh;

	for (k = 0; k < 8; k++) {
		char name[16];

		snprintf(name, sizeof(name), ".data.%u", k);
		b = elf_section(&e, name, SHT_PROGBITS, DATA, NULL, 64);
		snprintf(name, sizeof(name), "v%u", k);
		elf_symbol(&e, name, STB_GLOBAL, STT_OBJECT, b, 0, 8);
	}
	image = elf_finish(&e, &len);
	sh = (Elf64_Shdr *)(void *)(image + e.eh.e_shoff);
	for (k = i + 1; k < e.n; k++) {
		sh[k].sh_offset = 0;
		sh[k].sh_size = len;
	}
	assert_int_equal(read_bytes(image, len), -ENOEXEC);
	assert_non_null(strstr(said, "overlap"));
	free(image);
}

static void wrong_kinds_of_elf_are_named(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	e.eh.e_machine = EM_X86_64;
	assert_refused(-ENOEXEC, "this is code for x86_64, not for BPF");
	e.eh.e_machine = 4242;
	assert_refused(-ENOEXEC, "ELF machine 4242");
	e.eh.e_machine = 247;
	e.eh.e_type = ET_EXEC;
	assert_refused(-ENOEXEC, "its ELF type is an executable");
	e.eh.e_type = ET_REL;
	e.eh.e_ident[EI_CLASS] = ELFCLASS32;
	assert_refused(-ENOEXEC, "this is 32-bit");
	e.eh.e_ident[EI_CLASS] = ELFCLASS64;
	e.eh.e_ident[EI_DATA] = 3;
	assert_refused(-ENOEXEC, "unknown byte order");
}

static void files_that_are_no_objects_are_named(void **state)
{
	static const struct {
		const char *bytes, *words;
		size_t len;
	} files[] = { { "", "x.o: the file is empty", 0 },
		{ "#include <x>\n", "not an ELF file", 13 }, { "\177EL", "not an ELF file", 3 },
		{ "\177ELF\2\1\1", "truncated", 7 }, { "BC\xc0\xde....", "LLVM bitcode", 8 } };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_int_equal(read_bytes(files[i].bytes, files[i].len), -ENOEXEC);
		assert_non_null(strstr(said, files[i].words));
	}
}

static void missing_file_and_directory_are_said_with_their_names(void **state)
{
	*said = 0;
	assert_int_equal(rawbpf_obj_read_file(&obj, "/nonexistent/x.o", &sink), -ENOENT);
	assert_string_equal(said, "/nonexistent/x.o: cannot open it: No such file or directory\n");
	*said = 0;
	assert_int_equal(rawbpf_obj_read_file(&obj, "/", &sink), -EISDIR);
	assert_string_equal(said, "/: cannot read it: Is a directory\n");
}

static void file_and_memory_give_the_same_object(void **state)
{
	char path[] = "/tmp/rawbpf-elfread-XXXXXX";
	int fd = mkstemp(path);
	size_t len;
	void *image;

	assert_true(fd >= 0);
	add_use(add_map("m"));
	image = elf_finish(&e, &len);
	assert_int_equal(write(fd, image, len), (ssize_t)len);
	close(fd);
	free(image);
	assert_int_equal(rawbpf_obj_read_file(&obj, path, NULL), 0);
	unlink(path);
	assert_string_equal(obj->path, path);
	assert_int_equal(obj->nprogs, 1);
}

static void broken_btf_is_left_out_with_a_warning(void **state)
{
	size_t len;
	void *image;

	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_section(&e, ".BTF", SHT_PROGBITS, 0, "this is no BTF, though it is long enough", 40);
	image = elf_finish(&e, &len);
	assert_int_equal(read_bytes(image, len), 0);
	assert_string_equal(said, "x.o: section .BTF is broken and left out: its magic number is "
				  "wrong\n");
	assert_null(obj->btf);
	free(image);
}

static void broken_btf_that_describes_maps_is_refused(void **state)
{
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	elf_section(&e, ".maps", SHT_PROGBITS, DATA, NULL, 32);
	assert_refused(-ENOEXEC, "section .maps is described by BTF, and there is none");
	elf_section(&e, ".BTF", SHT_PROGBITS, 0, "short", 5);
	assert_refused(-ENOEXEC, "section .BTF is broken: it is shorter than its header");
}

static void relocation_to_a_map_that_is_not_there_is_refused(void **state)
{
	unsigned i = elf_section(&e, "maps", SHT_PROGBITS, DATA, map_def, 20);
	struct rawbpf_insn code[4];

	memcpy(code, use, sizeof(use));
	code[0].imm = 4;
	elf_symbol(&e, "m", STB_GLOBAL, STT_OBJECT, i, 0, 20);
	elf_rel(&e, add_prog("xdp", "prog", code, sizeof(code)), 0,
		elf_symbol(&e, "", STB_LOCAL, STT_SECTION, i, 0, 0));
	assert_refused(-ENOEXEC, "\"maps\" is not a map: none begins at byte 4 of maps");
}

/* A bit of everything, for the two tests below. */
static void *make_rich(size_t *len)
{
	unsigned d, p;
	uint32_t v;

	elf_start(&e);
	d = elf_section(&e, ".data", SHT_PROGBITS, DATA, "0123456789abcdef", 16);
	v = elf_symbol(&e, "v", STB_GLOBAL, STT_OBJECT, d, 8, 8);
	p = add_use(add_map("m"));
	add_prog("socket", "other", calls, sizeof(calls));
	elf_rel(&e, p + 2, 8, v);
	e.sec[e.n - 1].h.sh_info = 0; /* of no section: allowed, and ignored */
	elf_section(&e, "license", SHT_PROGBITS, DATA, "GPL", 4);
	return elf_finish(&e, len);
}

static void object_cut_at_any_byte_is_refused_aloud(void **state)
{
	size_t len;
	unsigned char *image = make_rich(&len);

	assert_int_equal(read_bytes(image, len), 0);
	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *part =
			malloc(cut ? cut : 1); /* so that ASan sees each byte too far */

		memcpy(part, image, cut);
		assert_int_equal(read_bytes(part, cut), -ENOEXEC);
		assert_string_not_equal(said, "");
		free(part);
	}
	free(image);
}

static void object_with_any_byte_changed_is_read_or_refused_aloud(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	size_t len;
	unsigned char *image = make_rich(&len);

	for (size_t at = 0; at < len; at++) {
		unsigned char was = image[at];

		for (size_t k = 0; k < sizeof(values); k++) {
			int rc;

			image[at] = values[k];
			rc = read_bytes(image, len);
			if ((rc < 0) != (*said != 0))
				fail_msg("byte %zu = %u: %s", at, values[k], said);
		}
		image[at] = was;
	}
	free(image);
}

/* ---- variables
 * ----------------------------------------------------------------------------------- */

static void add_vars(void)
{
	unsigned d =
		elf_section(&e, ".data", SHT_PROGBITS, DATA, "\1\2\3\4\5\6\7\10\11\12\13\14", 12);
	unsigned b = elf_section(&e, ".bss", SHT_NOBITS, DATA, NULL, 16);

	elf_symbol(&e, "byte", STB_GLOBAL, STT_OBJECT, d, 0, 1);
	elf_symbol(&e, "half", STB_GLOBAL, STT_OBJECT, d, 2, 2);
	elf_symbol(&e, "word", STB_LOCAL, STT_OBJECT, d, 4, 4);
	elf_symbol(&e, "odd", STB_GLOBAL, STT_OBJECT, d, 8, 3);
	elf_symbol(&e, "big", STB_GLOBAL, STT_OBJECT, b, 8, 8);
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
}

static void variables_are_set_and_read_in_their_size(void **state)
{
	uint64_t v;

	add_vars();
	assert_int_equal(rawbpf_obj_set(obj, "half", 0xabcd), 0);
	assert_int_equal(rawbpf_obj_value(obj, "half", &v), 0);
	assert_int_equal(v, 0xabcd);
	assert_memory_equal(obj->maps[0].data, "\1\2", 2);
	assert_memory_equal(obj->maps[0].data + 4, "\5\6\7\10", 4);
	assert_int_equal(rawbpf_obj_set(obj, "byte", (uint64_t)-128), 0);
	assert_int_equal(obj->maps[0].data[0], 0x80);
	assert_int_equal(rawbpf_obj_set(obj, "word", 0x11223344), 0);
	v = 0;
	memcpy(&v, obj->maps[0].data + 4, 4);
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		assert_int_equal(v, 0x11223344);
}

static void variable_in_bss_gets_bytes_when_it_is_set(void **state)
{
	uint64_t v = 1;

	add_vars();
	assert_int_equal(rawbpf_obj_value(obj, "big", &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(rawbpf_obj_set(obj, "big", UINT64_MAX), 0);
	assert_int_equal(rawbpf_obj_value(obj, "big", &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(obj->maps[1].data[7], 0);
}

static void value_that_does_not_fit_is_refused(void **state)
{
	add_vars();
	assert_int_equal(rawbpf_obj_set(obj, "byte", 255), 0);
	assert_int_equal(rawbpf_obj_set(obj, "byte", 256), -ERANGE);
	assert_int_equal(rawbpf_obj_set(obj, "byte", (uint64_t)-129), -ERANGE);
	assert_int_equal(rawbpf_obj_set(obj, "word", 1ULL << 32), -ERANGE);
	assert_int_equal(rawbpf_obj_set(obj, "none", 1), -ENOENT);
	assert_int_equal(rawbpf_obj_set(obj, "odd", 1), -ENOTSUP);
}

/* ---- names that would take long to sort ------------------------------------------------ */

static char long_name[1025];

static void make_long_name(size_t len)
{
	memset(long_name, 'a', len);
	long_name[len] = 0;
}

static void symbol_names_end_at_1023_bytes(void **state)
{
	make_long_name(1023);
	add_prog("xdp", long_name, ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_string_equal(obj->progs[0].name, long_name);
	elf_start(&e);
	make_long_name(1024);
	add_prog("xdp", long_name, ret0, sizeof(ret0));
	assert_refused(-ENOEXEC, "symbol 1: its name is longer than 1023 bytes (aaaa");
}

/* 24 bytes of file ask for a comparison of 1000: sorting such a file took minutes. */
static void many_symbols_with_one_long_string_are_refused(void **state)
{
	unsigned char *symbols = e.sec[ELF_SYMTAB].data;
	Elf64_Sym sym;

	make_long_name(1023);
	add_prog("xdp", long_name, ret0, sizeof(ret0));
	memcpy(&sym, symbols + sizeof(sym), sizeof(sym));
	sym.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	for (unsigned i = 0; i < 60; i++) {
		sym.st_name++;
		memcpy(symbols + e.sec[ELF_SYMTAB].h.sh_size, &sym, sizeof(sym));
		e.sec[ELF_SYMTAB].h.sh_size += sizeof(sym);
	}
	assert_refused(-ENOEXEC, "the names overlap in the string table");
}

/* 65000 of them, each looking at all symbols, took minutes. */
static void no_symbols_are_looked_up_for_an_empty_maps_section(void **state)
{
	unsigned maps = elf_section(&e, "maps", SHT_PROGBITS, DATA, NULL, 0);

	elf_symbol(&e, "odd", STB_GLOBAL, STT_OBJECT, maps, 0, 0);
	add_prog("xdp", "prog", ret0, sizeof(ret0));
	assert_int_equal(read_it(), 0);
	assert_int_equal(obj->nmaps, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(object_is_described),
		T(object_without_license_has_an_empty_one),
		T(license_without_an_end_is_read_no_further),
		T(old_llvm_object_without_a_machine_is_taken),
		T(programs_of_one_section_are_split_by_their_functions),
		T(function_without_a_size_reaches_to_the_next),
		T(section_with_a_question_mark_is_not_loaded_by_itself),
		T(unknown_section_is_described_without_a_type),
		T(object_of_the_other_byte_order_is_described_as_the_host_writes),
		T(legacy_definition_may_be_short_or_end_in_zeroes),
		T(legacy_definition_with_more_than_we_know_is_refused),
		T(legacy_maps_of_unequal_size_are_refused),
		T(static_map_is_refused),
		T(relocation_by_section_symbol_finds_the_map_at_the_offset_in_the_instruction),
		T(data_offset_is_right_for_llvm_and_for_gnu),
		T(data_offset_outside_of_the_section_is_refused),
		T(unused_strings_make_no_map),
		T(rodata_is_frozen_and_bss_has_no_bytes),
		T(variable_outside_of_its_section_is_refused),
		T(pointer_in_data_is_refused_with_its_place),
		T(extern_common_and_absolute_symbols_are_refused_by_name),
		T(symbol_in_a_section_that_is_no_data_is_refused),
		T(relocation_out_of_range_or_between_slots_is_refused),
		T(relocation_of_an_instruction_that_takes_none_is_refused),
		T(lddw_in_the_last_slot_is_refused),
		T(call_inside_one_program_is_kept),
		T(call_of_a_label_in_the_same_program_is_resolved),
		T(static_function_is_copied_behind_each_program_that_calls_it),
		T(functions_that_call_each_other_are_placed_once),
		T(call_of_a_named_function_goes_where_its_symbol_is),
		T(relocations_and_messages_follow_a_function_into_its_program),
		T(program_that_another_calls_is_both),
		T(function_of_a_section_of_unknown_kind_is_no_program_when_called),
		T(call_of_a_place_without_a_function_is_refused),
		T(call_of_data_is_refused),
		T(call_of_nothing_in_the_object_is_refused),
		T(address_of_a_function_becomes_a_distance),
		T(symbol_that_is_defined_twice_is_refused),
		T(functions_that_overlap_are_refused),
		T(function_outside_of_its_section_is_refused),
		T(object_without_programs_says_what_it_has_instead),
		T(sections_that_share_their_bytes_are_refused),
		T(wrong_kinds_of_elf_are_named),
		T(files_that_are_no_objects_are_named),
		T(missing_file_and_directory_are_said_with_their_names),
		T(file_and_memory_give_the_same_object),
		T(broken_btf_is_left_out_with_a_warning),
		T(broken_btf_that_describes_maps_is_refused),
		T(relocation_to_a_map_that_is_not_there_is_refused),
		T(object_cut_at_any_byte_is_refused_aloud),
		T(object_with_any_byte_changed_is_read_or_refused_aloud),
		T(variables_are_set_and_read_in_their_size),
		T(variable_in_bss_gets_bytes_when_it_is_set),
		T(value_that_does_not_fit_is_refused),
		T(symbol_names_end_at_1023_bytes),
		T(many_symbols_with_one_long_string_are_refused),
		T(no_symbols_are_looked_up_for_an_empty_maps_section),
	};

	return cmocka_run_group_tests_name("elfread", tests, NULL, NULL);
}

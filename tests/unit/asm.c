/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The assembler as a library: the object it returns, read with libelf, and what
 * it does with input that wishes it ill.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <libelf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../asm/asm.h"

/* ---- what was said, and an object with its sections ---------------------------------- */

struct said {
	unsigned errors, warnings, notes;
	char first[256];
	unsigned line, col;
};

static void listen(void *arg, const struct rawbpf_diag *d)
{
	struct said *s = arg;

	if (d->kind == RAWBPF_ERROR && !s->errors++) {
		snprintf(s->first, sizeof(s->first), "%s", d->msg);
		s->line = d->line;
		s->col = d->col;
	}
	s->warnings += d->kind == RAWBPF_WARNING;
	s->notes += d->kind == RAWBPF_NOTE;
}

struct object {
	void *bytes;
	size_t len;
	Elf *elf;
	size_t strings;
};

static int assemble(struct object *o, const char *text, size_t len,
	const struct rawbpf_asm_opts *opts, struct said *said)
{
	const struct rawbpf_sink sink = { listen, said };

	memset(o, 0, sizeof(*o));
	memset(said, 0, sizeof(*said));
	return rawbpf_asm_text(text, len, "test.s", opts, &o->bytes, &o->len, &sink);
}

static struct object must(const char *text, const struct rawbpf_asm_opts *opts)
{
	struct object o;
	struct said said;
	int rc = assemble(&o, text, strlen(text), opts, &said);

	if (rc)
		print_message("%u:%u: %s\n", said.line, said.col, said.first);
	assert_int_equal(rc, 0);
	elf_version(EV_CURRENT);
	o.elf = elf_memory(o.bytes, o.len);
	assert_non_null(o.elf);
	assert_int_equal(elf_getshdrstrndx(o.elf, &o.strings), 0);
	return o;
}

static void done(struct object *o)
{
	elf_end(o->elf);
	free(o->bytes);
}

static Elf_Scn *section(struct object *o, const char *name)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(o->elf, scn)))
		if (!strcmp(elf_strptr(o->elf, o->strings, elf64_getshdr(scn)->sh_name), name))
			return scn;
	return NULL;
}

static Elf_Data *data(struct object *o, const char *name)
{
	Elf_Scn *scn = section(o, name);

	return scn ? elf_getdata(scn, NULL) : NULL;
}

static const Elf64_Sym *symbol(struct object *o, const char *name)
{
	Elf_Data *d = data(o, ".symtab");
	const Elf64_Sym *s = d->d_buf;

	for (size_t i = 0; i < d->d_size / sizeof(*s); i++)
		if (!strcmp(elf_strptr(o->elf, elf64_getshdr(section(o, ".symtab"))->sh_link,
				    s[i].st_name),
			    name))
			return &s[i];
	return NULL;
}

static uint32_t word(const Elf_Data *d, size_t at)
{
	uint32_t v;

	assert_true(at + 4 <= d->d_size);
	memcpy(&v, (char *)d->d_buf + at, 4);
	return v;
}

/* ---- the object ----------------------------------------------------------------------- */

static const char two_programs[] = ".license \"GPL\"\n"
				   ".version 0x60102\n"
				   ".map counts, type=array, key=u32, value=u64, entries=4\n"
				   ".map other, type=hash, key=12, value=1, entries=4\n"
				   ".const small, type=u8, value=200\n"
				   ".const wide, type=s64, value=-2\n"
				   ".prog one, \"kprobe/x\"\n"
				   "r1 = counts ll\nr2 = wide ll\ncall sub\nexit\n"
				   "sub: r0 = 0; exit\n"
				   ".prog two, \"kprobe/x\"\n"
				   "r1 = other ll; r2 = small ll\n"
				   "exit\n";

static void programs_are_global_functions_with_offset_and_size(void **state)
{
	struct object o = must(two_programs, NULL);
	const Elf64_Sym *one = symbol(&o, "one"), *two = symbol(&o, "two");

	assert_int_equal(ELF64_ST_TYPE(one->st_info), STT_FUNC);
	assert_int_equal(ELF64_ST_BIND(one->st_info), STB_GLOBAL);
	assert_int_equal(one->st_value, 0);
	assert_int_equal(one->st_size, 8 * 8);
	assert_int_equal(two->st_value, 8 * 8);
	assert_int_equal(two->st_size, 5 * 8);
	assert_int_equal(one->st_shndx, elf_ndxscn(section(&o, "kprobe/x")));
	assert_null(symbol(&o, "sub"));
	done(&o);
}

static void maps_and_variables_are_global_objects_with_size(void **state)
{
	struct object o = must(two_programs, NULL);
	const Elf64_Sym *counts = symbol(&o, "counts"), *other = symbol(&o, "other");
	const Elf64_Sym *small = symbol(&o, "small"), *wide = symbol(&o, "wide");

	assert_int_equal(counts->st_info, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT));
	assert_int_equal(counts->st_size, 32);
	assert_int_equal(other->st_value, 32);
	assert_int_equal(counts->st_shndx, elf_ndxscn(section(&o, ".maps")));
	assert_int_equal(small->st_size, 1);
	assert_int_equal(small->st_value, 0);
	assert_int_equal(wide->st_size, 8);
	assert_int_equal(wide->st_value, 8);
	assert_int_equal(wide->st_shndx, elf_ndxscn(section(&o, ".rodata")));
	done(&o);
}

static void relocations_are_REL_of_kind_1_at_the_first_slot(void **state)
{
	static const char *const names[] = { "counts", "wide", "other", "small" };
	static const uint64_t slots[] = { 0, 2, 8, 10 };
	struct object o = must(two_programs, NULL);
	Elf_Scn *scn = section(&o, ".relkprobe/x");
	const Elf64_Rel *rel = elf_getdata(scn, NULL)->d_buf;
	const Elf64_Sym *syms = data(&o, ".symtab")->d_buf;

	assert_int_equal(elf64_getshdr(scn)->sh_type, SHT_REL);
	assert_int_equal(elf64_getshdr(scn)->sh_info, elf_ndxscn(section(&o, "kprobe/x")));
	assert_int_equal(elf64_getshdr(scn)->sh_size, 4 * sizeof(*rel));
	for (int i = 0; i < 4; i++) {
		assert_int_equal(rel[i].r_offset, slots[i] * 8);
		assert_int_equal(ELF64_R_TYPE(rel[i].r_info), 1);
		assert_ptr_equal(&syms[ELF64_R_SYM(rel[i].r_info)], symbol(&o, names[i]));
	}
	done(&o);
}

static void license_version_and_rodata_hold_their_values(void **state)
{
	const struct rawbpf_asm_opts big = { .endian = RAWBPF_ASM_BIG };
	struct object o = must(two_programs, &big);

	assert_string_equal(data(&o, "license")->d_buf, "GPL");
	assert_memory_equal(data(&o, "version")->d_buf, "\0\6\1\2", 4);
	assert_memory_equal(data(&o, ".rodata")->d_buf,
		"\xc8\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xfe", 16);
	done(&o);
}

static void text_in_rodata_has_its_escapes_done_and_a_NUL(void **state)
{
	struct object o = must(".const f, type=char, value=\"a\\n\\x41\\\"\"\n", NULL);

	assert_int_equal(symbol(&o, "f")->st_size, 5);
	assert_memory_equal(data(&o, ".rodata")->d_buf, "a\nA\"", 5);
	done(&o);
}

/* ---- .BTF.ext, in this machine's byte order --------------------------------------------- */

static const struct rawbpf_asm_opts *native(void)
{
	static struct rawbpf_asm_opts opts;
	const uint16_t one = 1;

	opts.endian = *(const unsigned char *)&one ? RAWBPF_ASM_LITTLE : RAWBPF_ASM_BIG;
	return &opts;
}

static const char *btf_string(struct object *o, uint32_t offset)
{
	Elf_Data *d = data(o, ".BTF");

	return (char *)d->d_buf + word(d, 4) + word(d, 16) + offset;
}

/* The name of type `id`, which must be of `kind`. Walks from the start, as types have no table. */
static const char *btf_type_name(struct object *o, uint32_t id, unsigned kind, unsigned *vlen)
{
	static const unsigned extra[20] = { [1] = 4, [3] = 12, [14] = 4 };
	static const unsigned per_member[20] = { [4] = 12, [13] = 8, [15] = 12, [19] = 12 };
	Elf_Data *d = data(o, ".BTF");
	size_t at = word(d, 4);

	for (uint32_t i = 1;; i++) {
		unsigned k = word(d, at + 4) >> 24 & 31, n = word(d, at + 4) & 0xffff;

		if (i == id) {
			assert_int_equal(k, kind);
			*vlen = n;
			return btf_string(o, word(d, at));
		}
		at += 12 + extra[k] + (size_t)n * per_member[k];
	}
}

static void func_info_names_programs_and_called_labels(void **state)
{
	static const char *const names[] = { "one", "sub", "two" };
	static const uint32_t offsets[] = { 0, 6 * 8, 8 * 8 };
	static const unsigned linkage[] = { 1, 0, 1 };
	struct object o = must(two_programs, native());
	Elf_Data *d = data(&o, ".BTF.ext");
	size_t at = word(d, 4) + word(d, 8);
	unsigned vlen;

	assert_int_equal(word(d, at), 8);
	assert_string_equal(btf_string(&o, word(d, at + 4)), "kprobe/x");
	assert_int_equal(word(d, at + 8), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(word(d, at + 12 + i * 8), offsets[i]);
		assert_string_equal(
			btf_type_name(&o, word(d, at + 16 + i * 8), 12, &vlen), names[i]);
		assert_int_equal(vlen, linkage[i]);
	}
	done(&o);
}

static void a_function_called_by_distance_is_in_BTF_also_when_a_label_has_its_name(void **state)
{
	struct object o = must(".prog p, \"s\"\ncall pc+1\nexit\nr0 = 1\nfunc_2: exit\n", native());
	Elf_Data *d = data(&o, ".BTF.ext");
	size_t at = word(d, 4) + word(d, 8);
	unsigned vlen;

	assert_int_equal(word(d, at + 8), 2);
	assert_int_equal(word(d, at + 20), 2 * 8);
	assert_string_equal(btf_type_name(&o, word(d, at + 24), 12, &vlen), "func_2_");
	done(&o);
}

static void line_info_has_a_record_per_line_and_function(void **state)
{
	/* slot, line, column, start of the text */
	static const struct {
		unsigned slot, line, col;
		const char *text;
	} want[] = {
		{ 0, 8, 1, "r1 = counts ll" },
		{ 2, 9, 1, "r2 = wide ll" },
		{ 4, 10, 1, "call sub" },
		{ 5, 11, 1, "exit" },
		{ 6, 12, 6, "sub: r0 = 0; exit" },
		{ 8, 14, 1, "r1 = other ll; r2 = small ll" },
		{ 12, 15, 1, "exit" },
	};
	struct object o = must(two_programs, native());
	Elf_Data *d = data(&o, ".BTF.ext");
	size_t at = word(d, 4) + word(d, 16);

	assert_int_equal(word(d, at), 16);
	assert_int_equal(word(d, at + 8), 7);
	for (unsigned i = 0; i < 7; i++) {
		size_t r = at + 12 + i * 16;

		assert_int_equal(word(d, r), want[i].slot * 8);
		assert_string_equal(btf_string(&o, word(d, r + 4)), "test.s");
		assert_string_equal(btf_string(&o, word(d, r + 8)), want[i].text);
		assert_int_equal(word(d, r + 12), want[i].line << 10 | want[i].col);
	}
	done(&o);
}

static void a_NUL_in_a_comment_ends_the_line_text_and_no_string_has_one_inside(void **state)
{
	static const char text[] = ".prog p, \"s\"\nr0 = 0 # kept\0dropped\nexit\n";
	struct said said;
	struct object o;
	Elf_Data *d;
	size_t at;

	assert_int_equal(assemble(&o, text, sizeof(text) - 1, native(), &said), 0);
	o.elf = elf_memory(o.bytes, o.len);
	assert_int_equal(elf_getshdrstrndx(o.elf, &o.strings), 0);
	d = data(&o, ".BTF.ext");
	at = word(d, 4) + word(d, 16) + 12;
	assert_string_equal(btf_string(&o, word(d, at + 8)), "r0 = 0 # kept");
	d = data(&o, ".BTF");
	for (at = 0; at + 7 <= d->d_size; at++)
		assert_memory_not_equal((char *)d->d_buf + at, "dropped", 7);
	done(&o);
}

static void the_same_text_gives_the_same_bytes(void **state)
{
	struct object a = must(two_programs, NULL), b = must(two_programs, NULL);

	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	done(&a);
	done(&b);
}

/* ---- hostile and large input ------------------------------------------------------------- */

static void failure_returns_EINVAL_and_touches_no_result(void **state)
{
	int marker;
	void *elf = &marker;
	size_t len = 77;

	assert_int_equal(rawbpf_asm_text("r1 = ", 5, "x", NULL, &elf, &len, NULL), -EINVAL);
	assert_ptr_equal(elf, &marker);
	assert_int_equal(len, 77);
	assert_int_equal(rawbpf_asm_file("/no/such", NULL, &elf, &len, NULL), -ENOENT);
	assert_int_equal(rawbpf_asm_text("", 0, "x", NULL, &elf, &len, NULL), -EINVAL);
	assert_int_equal(rawbpf_asm_text("\0\0", 2, "x", NULL, &elf, &len, NULL), -EINVAL);
}

static void every_prefix_is_assembled_or_refused_with_a_message(void **state)
{
	static const char text[] = "/* x */ .equ A, (1 ? 'a' : ~2) << 3 # c\n"
				   ".map m, type=hash, key=u32, value=8, entries=A, flags=1|2\n"
				   ".const c, type=char, value=\"q\\n\"\n.include \"none\"\n";
	struct object o;
	struct said said;

	for (size_t n = 0; n < sizeof(two_programs); n++)
		for (int which = 0; which < 2; which++) {
			const char *t = which ? text : two_programs;

			if (n > strlen(t))
				continue;
			if (assemble(&o, t, n, NULL, &said))
				assert_true(said.errors > 0);
			free(o.bytes);
		}
}

static void every_changed_byte_is_assembled_or_refused_with_a_message(void **state)
{
	static const char changes[] = "\0\n (;:'\"/*#=-0\x80r";
	char text[sizeof(two_programs)];
	struct object o;
	struct said said;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (size_t c = 0; c < sizeof(changes) - 1; c++) {
			memcpy(text, two_programs, sizeof(text));
			text[i] = changes[c];
			if (assemble(&o, text, sizeof(text) - 1, NULL, &said))
				assert_true(said.errors > 0);
			free(o.bytes);
		}
}

/* `repeat` n times between head and tail. */
static char *repeated(const char *head, const char *repeat, size_t n, const char *tail, size_t *len)
{
	size_t h = strlen(head), r = strlen(repeat), t = strlen(tail);
	char *text = malloc(h + n * r + t + 1), *p = text;

	assert_non_null(text);
	p = (char *)memcpy(p, head, h) + h;
	for (size_t i = 0; i < n; i++)
		p = (char *)memcpy(p, repeat, r) + r;
	memcpy(p, tail, t + 1);
	*len = h + n * r + t;
	return text;
}

static void refuses(
	const char *head, const char *repeat, size_t n, const char *tail, const char *message)
{
	struct object o;
	struct said said;
	size_t len;
	char *text = repeated(head, repeat, n, tail, &len);

	assert_int_equal(assemble(&o, text, len, NULL, &said), -EINVAL);
	assert_non_null(strstr(said.first, message));
	free(text);
}

static void depth_is_limited_not_the_stack(void **state)
{
	refuses(".equ A, ", "(", 1000000, "1", "nested more than");
	refuses(".equ A, ", "-", 1000000, "1", "nested more than");
	refuses(".equ A, ", "1?", 1000000, "1", "nested more than");
	refuses(".equ A, ", "1?1:", 1000000, "1", "nested more than");
}

static void lines_of_a_megabyte_are_nothing_special(void **state)
{
	struct object o;
	struct said said;
	size_t len;
	char *text = repeated(".prog p, \"s\"\n", "r1 = 1; ", 131072, "exit", &len);

	assert_int_equal(assemble(&o, text, len, native(), &said), 0);
	free(o.bytes);
	free(text);
	refuses("", "x", 1000000, "", "no program yet");
	refuses(".prog p, \"s\"\nr1 = ", "x", 1000000, " ll", "no map, variable or constant");
	refuses(".prog ", "x", 1000000, ", \"s\"\nexit", "may have 127 bytes");
	refuses(".license \"", "x", 1000000, "\"", "may have 127 bytes");
	refuses(".equ A, ", "9", 1000000, "", "more than 64 bits");
}

static void errors_stop_at_20_and_a_note_says_so(void **state)
{
	struct object o;
	struct said said;
	size_t len;
	char *text = repeated(".prog p, \"s\"\n", "bad\n", 100000, "goto nowhere\n", &len);

	assert_int_equal(assemble(&o, text, len, NULL, &said), -EINVAL);
	assert_int_equal(said.errors, 20);
	assert_int_equal(said.notes, 1);
	free(text);
}

static void includes_that_double_at_each_level_are_stopped(void **state)
{
	char dir[] = "/tmp/rawbpf-asm-XXXXXX", path[64], line[64];
	const struct rawbpf_sink sink = { listen, &(struct said){ 0 } };
	void *elf;
	size_t len;

	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 30; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%d", dir, i);
		snprintf(line, sizeof(line), ".include \"%d\"\n.include \"%d\"", i + 1, i + 1);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(i < 29 ? line : "", f);
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s/0", dir);
	assert_int_equal(rawbpf_asm_file(path, NULL, &elf, &len, &sink), -EINVAL);
	assert_string_equal(((struct said *)sink.arg)->first, "more than 1000 files included");
	for (int i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		unlink(path);
	}
	rmdir(dir);
}

static void offsets_of_an_error_count_bytes_from_1(void **state)
{
	struct object o;
	struct said said;

	assemble(&o, ".prog p, \"s\"\n\n\tr1 = r11\n", 25, NULL, &said);
	assert_int_equal(said.line, 3);
	assert_int_equal(said.col, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_global_functions_with_offset_and_size),
		cmocka_unit_test(maps_and_variables_are_global_objects_with_size),
		cmocka_unit_test(relocations_are_REL_of_kind_1_at_the_first_slot),
		cmocka_unit_test(license_version_and_rodata_hold_their_values),
		cmocka_unit_test(text_in_rodata_has_its_escapes_done_and_a_NUL),
		cmocka_unit_test(func_info_names_programs_and_called_labels),
		cmocka_unit_test(
			a_function_called_by_distance_is_in_BTF_also_when_a_label_has_its_name),
		cmocka_unit_test(line_info_has_a_record_per_line_and_function),
		cmocka_unit_test(
			a_NUL_in_a_comment_ends_the_line_text_and_no_string_has_one_inside),
		cmocka_unit_test(the_same_text_gives_the_same_bytes),
		cmocka_unit_test(failure_returns_EINVAL_and_touches_no_result),
		cmocka_unit_test(every_prefix_is_assembled_or_refused_with_a_message),
		cmocka_unit_test(every_changed_byte_is_assembled_or_refused_with_a_message),
		cmocka_unit_test(depth_is_limited_not_the_stack),
		cmocka_unit_test(lines_of_a_megabyte_are_nothing_special),
		cmocka_unit_test(errors_stop_at_20_and_a_note_says_so),
		cmocka_unit_test(includes_that_double_at_each_level_are_stopped),
		cmocka_unit_test(offsets_of_an_error_count_bytes_from_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

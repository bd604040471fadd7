/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions in executables: both classes, both byte orders, versions, and broken files. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../loader/elfsym.h"

/* ---- a library by hand: one PT_LOAD at 0x10000 (file offset 0), six sections ------------ */

#define VADDR 0x10000
#define AT_SECTIONS 0x100
#define AT_SYMS 0x400
#define AT_STRINGS 0x600
#define AT_VERSYM 0x700
#define AT_VERDEF 0x740
#define FILE_SIZE 0x800

struct maker {
	unsigned char bytes[FILE_SIZE];
	bool is64, big;
	unsigned machine;
	unsigned nsyms, strings;
};

static void put(struct maker *m, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		m->bytes[at + (m->big ? size - 1 - i : i)] = (unsigned char)(value >> 8 * i);
}

#define PUT(m, base, rec, name, value)                                                             \
	((m)->is64 ? put(m, (base) + offsetof(Elf64_##rec, name), value,                           \
			     sizeof(((Elf64_##rec *)0)->name))                                     \
		   : put(m, (base) + offsetof(Elf32_##rec, name), value,                           \
			     sizeof(((Elf32_##rec *)0)->name)))
#define SIZE(m, rec) ((m)->is64 ? sizeof(Elf64_##rec) : sizeof(Elf32_##rec))

static unsigned put_string(struct maker *m, const char *s)
{
	unsigned at = m->strings;

	memcpy(m->bytes + AT_STRINGS + at, s, strlen(s) + 1);
	m->strings += (unsigned)strlen(s) + 1;
	return at;
}

static void put_symbol(
	struct maker *m, const char *name, unsigned info, uint64_t value, unsigned versym)
{
	size_t at = AT_SYMS + m->nsyms * SIZE(m, Sym);

	PUT(m, at, Sym, st_name, put_string(m, name));
	PUT(m, at, Sym, st_info, info);
	PUT(m, at, Sym, st_shndx, 1);
	PUT(m, at, Sym, st_value, value);
	PUT(m, at, Sym, st_size, 0x20);
	put(m, AT_VERSYM + 2 * m->nsyms, versym, 2);
	m->nsyms++;
}

static void put_section(struct maker *m, unsigned n, unsigned type, unsigned at, size_t size,
	unsigned link, size_t entsize)
{
	size_t sh = AT_SECTIONS + n * SIZE(m, Shdr);

	PUT(m, sh, Shdr, sh_type, type);
	PUT(m, sh, Shdr, sh_offset, at);
	PUT(m, sh, Shdr, sh_size, size);
	PUT(m, sh, Shdr, sh_link, link);
	PUT(m, sh, Shdr, sh_entsize, entsize);
}

/* Two versions: index 2 "V1", index 3 "V2". */
static void put_verdefs(struct maker *m)
{
	static const char *const names[] = { "V1", "V2" };

	for (unsigned i = 0; i < 2; i++) {
		size_t at = AT_VERDEF + 28 * i;

		put(m, at, 1, 2);
		put(m, at + 4, 2 + i, 2);
		put(m, at + 6, 1, 2);
		put(m, at + 12, 20, 4);
		put(m, at + 16, i ? 0 : 28, 4);
		put(m, at + 20, put_string(m, names[i]), 4);
	}
}

static void make(struct maker *m, bool is64, bool big, unsigned machine)
{
	size_t ph;

	memset(m, 0, sizeof(*m));
	m->is64 = is64;
	m->big = big;
	m->strings = 1;
	m->nsyms = 1;
	memcpy(m->bytes, ELFMAG, SELFMAG);
	m->bytes[EI_CLASS] = is64 ? ELFCLASS64 : ELFCLASS32;
	m->bytes[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	m->bytes[EI_VERSION] = 1;
	ph = SIZE(m, Ehdr);
	PUT(m, 0, Ehdr, e_type, ET_DYN);
	PUT(m, 0, Ehdr, e_machine, machine);
	PUT(m, 0, Ehdr, e_phoff, ph);
	PUT(m, 0, Ehdr, e_phnum, 1);
	PUT(m, 0, Ehdr, e_phentsize, SIZE(m, Phdr));
	PUT(m, 0, Ehdr, e_shoff, AT_SECTIONS);
	PUT(m, 0, Ehdr, e_shnum, 5);
	PUT(m, 0, Ehdr, e_shentsize, SIZE(m, Shdr));
	PUT(m, ph, Phdr, p_type, PT_LOAD);
	PUT(m, ph, Phdr, p_vaddr, VADDR);
	PUT(m, ph, Phdr, p_filesz, FILE_SIZE);
	put_verdefs(m);
	put_symbol(m, "plain", ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), VADDR + 0x40, 1);
	put_symbol(m, "copy", ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), VADDR + 0x80, 0x8000 | 2);
	put_symbol(m, "copy", ELF32_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC), VADDR + 0xc0, 3);
	put_symbol(m, "twice", ELF32_ST_INFO(STB_LOCAL, STT_FUNC), VADDR + 0x100, 1);
	put_symbol(m, "twice", ELF32_ST_INFO(STB_LOCAL, STT_FUNC), VADDR + 0x140, 1);
	put_symbol(m, "both", ELF32_ST_INFO(STB_LOCAL, STT_FUNC), VADDR + 0x180, 1);
	put_symbol(m, "both", ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), VADDR + 0x1c0, 1);
	put_symbol(m, "object", ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT), VADDR + 0x200, 1);
	put_symbol(m, "outside", ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), VADDR + FILE_SIZE, 1);
	put_symbol(m, "odd", ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), VADDR + 0x41, 1);
	put_section(m, 1, SHT_DYNSYM, AT_SYMS, m->nsyms * SIZE(m, Sym), 2, SIZE(m, Sym));
	put_section(m, 2, SHT_STRTAB, AT_STRINGS, m->strings, 0, 0);
	put_section(m, 3, SHT_GNU_versym, AT_VERSYM, 2 * m->nsyms, 1, 2);
	put_section(m, 4, SHT_GNU_verdef, AT_VERDEF, 56, 2, 0);
}

/* The bytes as a file that has a path. */
static int to_file(const void *bytes, size_t len, char *path, size_t path_len)
{
	int fd = memfd_create("elfsym", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	snprintf(path, path_len, "/proc/self/fd/%d", fd);
	return fd;
}

static int look_up(
	const struct maker *m, const char *name, struct rawbpf_function *f, const char *near)
{
	struct rawbpf_nearest nearest;
	struct rawbpf_exe exe;
	char path[64];
	int rc, fd = to_file(m->bytes, sizeof(m->bytes), path, sizeof(path));

	rawbpf_nearest_init(&nearest, name);
	assert_int_equal(rawbpf_exe_open(&exe, path), 0);
	rc = rawbpf_exe_function(&exe, name, f, &nearest);
	rawbpf_exe_close(&exe);
	close(fd);
	if (near)
		assert_string_equal(nearest.name, near);
	return rc;
}

static void found(const struct maker *m, const char *name, uint64_t offset, bool ifunc)
{
	struct rawbpf_function f;

	assert_int_equal(look_up(m, name, &f, NULL), 0);
	assert_int_equal(f.offset, offset);
	assert_int_equal(f.value, VADDR + offset);
	assert_int_equal(f.size, 0x20);
	assert_int_equal(f.ifunc, ifunc);
}

/* ---- tests --------------------------------------------------------------------------------- */

static void functions_are_found_in_both_classes_and_both_byte_orders(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		struct maker m;

		make(&m, i & 1, i & 2, EM_NONE);
		found(&m, "plain", 0x40, false);
		found(&m, "copy", 0xc0, true);
		found(&m, "copy@V1", 0x80, false);
		found(&m, "copy@@V2", 0xc0, true);
		found(&m, "both", 0x1c0, false);
	}
}

static void version_that_a_function_does_not_have_is_told_from_no_function(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	assert_int_equal(look_up(&m, "copy@V3", &f, NULL), -ENOENT);
	assert_true(f.wrong_version);
	assert_int_equal(look_up(&m, "plain@V1", &f, NULL), -ENOENT);
	assert_true(f.wrong_version);
	assert_int_equal(look_up(&m, "none", &f, NULL), -ENOENT);
	assert_false(f.wrong_version);
}

static void other_versions_of_a_function_are_counted(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	assert_int_equal(look_up(&m, "copy", &f, NULL), 0);
	assert_int_equal(f.versions, 1);
	assert_int_equal(look_up(&m, "plain", &f, NULL), 0);
	assert_int_equal(f.versions, 0);
}

static void local_functions_of_one_name_are_ambiguous(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	assert_int_equal(look_up(&m, "twice", &f, NULL), -EADDRNOTAVAIL);
	assert_int_equal(f.same_name, 2);
}

static void misspelt_function_gets_the_nearest_and_data_is_no_function(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	assert_int_equal(look_up(&m, "plian", &f, ""), -ENOENT); /* a swap is two edits of five */
	assert_int_equal(look_up(&m, "plaim", &f, "plain"), -ENOENT);
	assert_int_equal(look_up(&m, "object", &f, ""), -ENOENT);
}

static void function_outside_the_file_is_a_broken_file(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	assert_int_equal(look_up(&m, "outside", &f, NULL), -ENOEXEC);
}

static void thumb_code_is_refused_on_arm_alone(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, false, false, EM_ARM);
	assert_int_equal(look_up(&m, "odd", &f, NULL), -ENOTSUP);
	make(&m, false, false, EM_386);
	assert_int_equal(look_up(&m, "odd", &f, NULL), 0);
}

static void ppc64_functions_are_probed_at_their_local_entry(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_PPC64);
	PUT(&m, AT_SYMS + sizeof(Elf64_Sym), Sym, st_other, 3 << 5);
	assert_int_equal(look_up(&m, "plain", &f, NULL), 0);
	assert_int_equal(f.offset, 0x48);
}

static void what_is_no_program_is_enoexec(void **state)
{
	struct rawbpf_exe exe;
	struct maker m;
	char path[64];
	int fd;

	assert_int_equal(rawbpf_exe_open(&exe, "/no/such/file"), -ENOENT);
	assert_int_equal(rawbpf_exe_open(&exe, "/proc"), -ENOEXEC);
	assert_int_equal(rawbpf_exe_open(&exe, "/dev/null"), -ENOEXEC);
	make(&m, true, false, EM_NONE);
	PUT(&m, 0, Ehdr, e_type, ET_REL);
	fd = to_file(m.bytes, sizeof(m.bytes), path, sizeof(path));
	assert_int_equal(rawbpf_exe_open(&exe, path), -ENOEXEC);
	close(fd);
}

/* Whatever comes back, it is an error of ours or an offset within the file. */
static void survives(const unsigned char *bytes, size_t len)
{
	static const char *const names[] = { "plain", "copy", "copy@V1", "none" };
	struct rawbpf_function f;
	struct rawbpf_exe exe;
	char path[64];
	int rc, fd = to_file(bytes, len, path, sizeof(path));

	rc = rawbpf_exe_open(&exe, path);
	assert_true(rc == 0 || rc == -ENOEXEC);
	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		int found_rc = rawbpf_exe_function(&exe, names[i], &f, NULL);

		if (found_rc == 0)
			assert_true(f.offset < len);
		else
			assert_true(found_rc == -ENOEXEC || found_rc == -ENOENT ||
				    found_rc == -EADDRNOTAVAIL);
	}
	if (rc == 0)
		rawbpf_exe_close(&exe);
	close(fd);
}

static void file_cut_off_anywhere_is_survived(void **state)
{
	struct maker m;

	for (unsigned i = 0; i < 2; i++) {
		make(&m, i, false, EM_NONE);
		for (size_t len = 0; len < sizeof(m.bytes); len += 3)
			survives(m.bytes, len);
	}
}

static void any_byte_changed_is_survived(void **state)
{
	static const unsigned char values[] = { 0x00, 0x7f, 0xff };
	struct maker m;

	for (unsigned i = 0; i < 2; i++) {
		for (size_t at = 0; at < AT_VERDEF + 56; at++) {
			make(&m, i, i, EM_NONE);
			for (unsigned v = 0; v < sizeof(values); v++) {
				m.bytes[at] = values[v];
				survives(m.bytes, sizeof(m.bytes));
			}
		}
	}
}

static void chain_of_versions_that_goes_round_ends(void **state)
{
	struct rawbpf_function f;
	struct maker m;

	make(&m, true, false, EM_NONE);
	put(&m, AT_VERDEF + 16, 0xffffffff, 4);
	assert_int_equal(look_up(&m, "copy@V2", &f, NULL), -ENOENT);
}

static void line_of_proc_maps_is_read_whole(void **state)
{
	char line[] = "7f00deadb000-7f00deadc000 r-xp 00001000 fe:01 4711    /a b/libc.so.6";
	char anonymous[] = "7f00deadb000-7f00deadc000 rw-p 00000000 00:00 0 ";
	char broken[] = "7f00deadb000 r-xp";
	struct rawbpf_mapping m;

	assert_true(rawbpf_mapping_parse(line, &m));
	assert_true(m.start == 0x7f00deadb000ULL && m.end == 0x7f00deadc000ULL);
	assert_int_equal(m.offset, 0x1000);
	assert_int_equal(m.inode, 4711);
	assert_true(m.executable);
	assert_string_equal(m.path, "/a b/libc.so.6");
	assert_true(rawbpf_mapping_parse(anonymous, &m));
	assert_false(m.executable);
	assert_string_equal(m.path, "");
	assert_false(rawbpf_mapping_parse(broken, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_found_in_both_classes_and_both_byte_orders),
		cmocka_unit_test(version_that_a_function_does_not_have_is_told_from_no_function),
		cmocka_unit_test(other_versions_of_a_function_are_counted),
		cmocka_unit_test(local_functions_of_one_name_are_ambiguous),
		cmocka_unit_test(misspelt_function_gets_the_nearest_and_data_is_no_function),
		cmocka_unit_test(function_outside_the_file_is_a_broken_file),
		cmocka_unit_test(thumb_code_is_refused_on_arm_alone),
		cmocka_unit_test(ppc64_functions_are_probed_at_their_local_entry),
		cmocka_unit_test(what_is_no_program_is_enoexec),
		cmocka_unit_test(file_cut_off_anywhere_is_survived),
		cmocka_unit_test(any_byte_changed_is_survived),
		cmocka_unit_test(chain_of_versions_that_goes_round_ends),
		cmocka_unit_test(line_of_proc_maps_is_read_whole),
	};

	return cmocka_run_group_tests_name("elfsym", tests, NULL, NULL);
}

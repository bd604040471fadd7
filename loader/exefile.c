/* SPDX-License-Identifier: BSD-2-Clause */
#include "elfsym.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../syscall/sys.h"

/* More is no program of this world; it bounds what a broken header can cost. */
#define MAX_SECTIONS 65536

static const struct rawbpf_exe_field eh_type = RAWBPF_EXE_FIELD(Ehdr, e_type),
				     eh_machine = RAWBPF_EXE_FIELD(Ehdr, e_machine),
				     eh_phoff = RAWBPF_EXE_FIELD(Ehdr, e_phoff),
				     eh_shoff = RAWBPF_EXE_FIELD(Ehdr, e_shoff),
				     eh_phnum = RAWBPF_EXE_FIELD(Ehdr, e_phnum),
				     eh_shnum = RAWBPF_EXE_FIELD(Ehdr, e_shnum),
				     eh_phentsize = RAWBPF_EXE_FIELD(Ehdr, e_phentsize),
				     eh_shentsize = RAWBPF_EXE_FIELD(Ehdr, e_shentsize);
static const struct rawbpf_exe_field ph_type = RAWBPF_EXE_FIELD(Phdr, p_type),
				     ph_offset = RAWBPF_EXE_FIELD(Phdr, p_offset),
				     ph_vaddr = RAWBPF_EXE_FIELD(Phdr, p_vaddr),
				     ph_filesz = RAWBPF_EXE_FIELD(Phdr, p_filesz);
static const struct rawbpf_exe_field sh_type = RAWBPF_EXE_FIELD(Shdr, sh_type),
				     sh_offset = RAWBPF_EXE_FIELD(Shdr, sh_offset),
				     sh_size = RAWBPF_EXE_FIELD(Shdr, sh_size),
				     sh_link = RAWBPF_EXE_FIELD(Shdr, sh_link),
				     sh_info = RAWBPF_EXE_FIELD(Shdr, sh_info),
				     sh_entsize = RAWBPF_EXE_FIELD(Shdr, sh_entsize);

uint64_t rawbpf_exe_get(const struct rawbpf_exe *exe, const unsigned char *p, size_t size)
{
	uint64_t v = 0;

	for (size_t i = 0; i < size; i++)
		v = v << 8 | p[exe->big ? i : size - 1 - i];
	return v;
}

uint64_t rawbpf_exe_field(
	const struct rawbpf_exe *exe, const unsigned char *record, struct rawbpf_exe_field f)
{
	return exe->is64 ? rawbpf_exe_get(exe, record + f.at64, f.size64)
			 : rawbpf_exe_get(exe, record + f.at32, f.size32);
}

int rawbpf_exe_read(const struct rawbpf_exe *exe, uint64_t offset, void *buf, size_t size)
{
	size_t have = 0;

	if (offset > exe->size || size > exe->size - offset)
		return -ENOEXEC;
	while (have < size) {
		ssize_t n = pread(exe->fd, (char *)buf + have, size - have, (off_t)(offset + have));

		/* 0: the file became shorter meanwhile */
		if (n <= 0)
			return -EIO;
		have += (size_t)n;
	}
	return 0;
}

/* count records of entsize bytes at offset, for the caller to free */
static int read_table(const struct rawbpf_exe *exe, uint64_t offset, uint64_t count,
	uint64_t entsize, unsigned char **out)
{
	uint64_t size = count * entsize; /* both were at most 65536 */
	int rc;

	if (offset > exe->size || size > exe->size - offset)
		return -ENOEXEC;
	*out = malloc((size_t)size + 1);
	if (!*out)
		return -ENOMEM;
	rc = rawbpf_exe_read(exe, offset, *out, (size_t)size);
	if (rc < 0)
		free(*out);
	return rc;
}

static int read_segments(struct rawbpf_exe *exe, const unsigned char *eh)
{
	uint64_t n = rawbpf_exe_field(exe, eh, eh_phnum),
		 entsize = rawbpf_exe_field(exe, eh, eh_phentsize);
	unsigned char *table;
	int rc;

	if (n && entsize < (exe->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return -ENOEXEC;
	rc = read_table(exe, rawbpf_exe_field(exe, eh, eh_phoff), n, entsize, &table);
	if (rc < 0)
		return rc;
	exe->segments = calloc((size_t)n + 1, sizeof(*exe->segments));
	for (uint64_t i = 0; i < n && exe->segments; i++) {
		const unsigned char *ph = table + i * entsize;

		if (rawbpf_exe_field(exe, ph, ph_type) != PT_LOAD)
			continue;
		exe->segments[exe->nsegments++] = (struct rawbpf_segment){
			.offset = rawbpf_exe_field(exe, ph, ph_offset),
			.vaddr = rawbpf_exe_field(exe, ph, ph_vaddr),
			.filesz = rawbpf_exe_field(exe, ph, ph_filesz),
		};
	}
	free(table);
	return exe->segments ? 0 : -ENOMEM;
}

static void read_section(
	const struct rawbpf_exe *exe, const unsigned char *sh, struct rawbpf_exe_section *out)
{
	*out = (struct rawbpf_exe_section){
		.type = (uint32_t)rawbpf_exe_field(exe, sh, sh_type),
		.link = (uint32_t)rawbpf_exe_field(exe, sh, sh_link),
		.info = (uint32_t)rawbpf_exe_field(exe, sh, sh_info),
		.offset = rawbpf_exe_field(exe, sh, sh_offset),
		.size = rawbpf_exe_field(exe, sh, sh_size),
		.entsize = rawbpf_exe_field(exe, sh, sh_entsize),
	};
}

/* A count that does not fit e_shnum stands in the first section's size. */
static int count_sections(const struct rawbpf_exe *exe, const unsigned char *eh, uint64_t *n)
{
	unsigned char first[sizeof(Elf64_Shdr)];
	int rc;

	*n = rawbpf_exe_field(exe, eh, eh_shnum);
	if (*n || !rawbpf_exe_field(exe, eh, eh_shoff))
		return 0;
	rc = rawbpf_exe_read(exe, rawbpf_exe_field(exe, eh, eh_shoff), first,
		exe->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	if (rc >= 0)
		*n = rawbpf_exe_field(exe, first, sh_size);
	return rc < 0 ? rc : *n > MAX_SECTIONS ? -ENOEXEC : 0;
}

static int read_sections(struct rawbpf_exe *exe, const unsigned char *eh)
{
	uint64_t n, entsize = rawbpf_exe_field(exe, eh, eh_shentsize);
	unsigned char *table;
	int rc = count_sections(exe, eh, &n);

	if (rc < 0)
		return rc;
	if (n && entsize < (exe->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)))
		return -ENOEXEC;
	rc = read_table(exe, rawbpf_exe_field(exe, eh, eh_shoff), n, entsize, &table);
	if (rc < 0)
		return rc;
	exe->sections = calloc((size_t)n + 1, sizeof(*exe->sections));
	for (uint64_t i = 0; i < n && exe->sections; i++)
		read_section(exe, table + i * entsize, &exe->sections[exe->nsections++]);
	free(table);
	return exe->sections ? 0 : -ENOMEM;
}

static int read_headers(struct rawbpf_exe *exe)
{
	unsigned char eh[sizeof(Elf64_Ehdr)] = { 0 };
	size_t size = exe->size < sizeof(eh) ? (size_t)exe->size : sizeof(eh);
	uint64_t type;
	int rc = rawbpf_exe_read(exe, 0, eh, size);

	if (rc < 0)
		return rc;
	if (size < sizeof(Elf32_Ehdr) || memcmp(eh, ELFMAG, SELFMAG))
		return -ENOEXEC;
	exe->is64 = eh[EI_CLASS] == ELFCLASS64;
	exe->big = eh[EI_DATA] == ELFDATA2MSB;
	if ((!exe->is64 && eh[EI_CLASS] != ELFCLASS32) || (!exe->big && eh[EI_DATA] != ELFDATA2LSB))
		return -ENOEXEC;
	if (exe->is64 && size < sizeof(Elf64_Ehdr))
		return -ENOEXEC;
	type = rawbpf_exe_field(exe, eh, eh_type);
	exe->machine = (uint16_t)rawbpf_exe_field(exe, eh, eh_machine);
	if (type != ET_EXEC && type != ET_DYN)
		return -ENOEXEC;
	rc = read_segments(exe, eh);
	return rc < 0 ? rc : read_sections(exe, eh);
}

int rawbpf_exe_open(struct rawbpf_exe *exe, const char *path)
{
	struct stat st;
	int rc;

	memset(exe, 0, sizeof(*exe));
	exe->fd = rawbpf_sys_openat(RAWBPF_AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	if (exe->fd < 0)
		return exe->fd;
	if (fstat(exe->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0) {
		rc = -ENOEXEC;
	} else {
		exe->size = (uint64_t)st.st_size;
		exe->dev = (uint64_t)st.st_dev;
		exe->ino = (uint64_t)st.st_ino;
		rc = read_headers(exe);
	}
	if (rc < 0)
		rawbpf_exe_close(exe);
	return rc;
}

void rawbpf_exe_close(struct rawbpf_exe *exe)
{
	rawbpf_sys_close(exe->fd);
	free(exe->segments);
	free(exe->sections);
	memset(exe, 0, sizeof(*exe));
	exe->fd = -1;
}

int rawbpf_exe_load(const struct rawbpf_exe *exe, size_t section, unsigned char **data)
{
	const struct rawbpf_exe_section *s;
	int rc;

	*data = NULL;
	if (section >= exe->nsections)
		return -ENOEXEC;
	s = &exe->sections[section];
	if (s->type == SHT_NOBITS || s->offset > exe->size || s->size > exe->size - s->offset ||
		s->size > SIZE_MAX / 2)
		return -ENOEXEC;
	*data = malloc((size_t)s->size + 1);
	if (!*data)
		return -ENOMEM;
	rc = rawbpf_exe_read(exe, s->offset, *data, (size_t)s->size);
	(*data)[rc < 0 ? 0 : s->size] = '\0';
	if (rc < 0) {
		free(*data);
		*data = NULL;
	}
	return rc;
}

int rawbpf_exe_offset(const struct rawbpf_exe *exe, uint64_t vaddr, uint64_t *offset)
{
	for (size_t i = 0; i < exe->nsegments; i++) {
		const struct rawbpf_segment *s = &exe->segments[i];

		if (vaddr < s->vaddr || vaddr - s->vaddr >= s->filesz)
			continue;
		*offset = vaddr - s->vaddr + s->offset;
		return *offset < exe->size ? 0 : -ENOEXEC;
	}
	return -ENOENT;
}

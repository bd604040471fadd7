/* SPDX-License-Identifier: BSD-2-Clause */
/* From a file to struct rawbpf_obj. */
#include <errno.h>
#include <fcntl.h>

#include "../syscall/sys.h"
#include "describe.h"
#include "mem.h"

/* A BPF object is far below; this is for /dev/zero. */
#define FILE_MAX (256UL << 20)

int rawbpf_describe_copy(struct rawbpf_describe *d, uint64_t size)
{
	if (size > d->budget)
		return rawbpf_error(
			d->sink, -ENOEXEC, d->obj->path, "its sections overlap in the file");
	d->budget -= (size_t)size;
	return 0;
}

uint32_t rawbpf_describe_section(
	const struct rawbpf_describe *d, const struct rawbpf_elf_section *section)
{
	return (uint32_t)(section - d->elf->sections);
}

static int read_license(struct rawbpf_describe *d)
{
	const struct rawbpf_elf_section *s = rawbpf_elf_section(d->elf, "license");
	const char *text = s && s->data ? (const char *)s->data : "";
	size_t len = *text ? strnlen(text, (size_t)s->size) : 0;

	d->obj->license = rawbpf_copy(text, len, 1);
	return d->obj->license ? 0 : -ENOMEM;
}

static int read_version(struct rawbpf_describe *d)
{
	const struct rawbpf_elf_section *s = rawbpf_elf_section(d->elf, "version");
	uint32_t v;

	if (!s || !s->data)
		return 0;
	if (s->size != sizeof(v))
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"section version has %llu bytes instead of 4", (unsigned long long)s->size);
	memcpy(&v, s->data, sizeof(v));
	d->obj->kern_version =
		d->obj->big_endian != RAWBPF_HOST_BIG_ENDIAN ? __builtin_bswap32(v) : v;
	return 0;
}

static int describe(struct rawbpf_describe *d)
{
	static int (*const steps[])(struct rawbpf_describe *) = {
		read_license,
		read_version,
		rawbpf_describe_btf,
		rawbpf_describe_legacy_maps,
		rawbpf_describe_btf_maps,
		rawbpf_describe_progs,
		rawbpf_describe_calls,
		rawbpf_describe_btf_ext,
		rawbpf_describe_hidden,
		rawbpf_describe_globals,
		rawbpf_describe_relocs,
		rawbpf_describe_subprogs,
		rawbpf_describe_vars,
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !rc; i++)
		rc = steps[i](d);
	rawbpf_btf_close(&d->btf);
	free(d->calls);
	free(d->first_call);
	free(d->reached);
	return rc;
}

int rawbpf_obj_read_mem(struct rawbpf_obj **out, const void *image, size_t len, const char *path,
	const struct rawbpf_sink *sink)
{
	struct rawbpf_obj *obj = calloc(1, sizeof(*obj));
	struct rawbpf_describe d = { .obj = obj, .sink = sink, .budget = len };
	struct rawbpf_elf elf;
	int rc;

	*out = NULL;
	path = path ? path : "(memory)";
	if (obj)
		obj->path = rawbpf_copy(path, strlen(path), 1);
	if (!obj || !obj->path) {
		rawbpf_obj_free(obj);
		return rawbpf_error(sink, -ENOMEM, path, "out of memory");
	}
	rc = rawbpf_elf_read(&elf, image, len, obj->path, sink);
	if (!rc) {
		d.elf = &elf;
		obj->big_endian = elf.big_endian;
		rc = describe(&d);
		rawbpf_elf_clear(&elf);
	}
	if (rc == -ENOMEM)
		rawbpf_error(sink, rc, path, "out of memory");
	if (rc)
		rawbpf_obj_free(obj);
	else
		*out = obj;
	return rc;
}

/* The whole of an open file; *data is the caller's also after an error. */
static int read_all(int fd, unsigned char **data, size_t *len)
{
	size_t room = 0;

	for (;;) {
		long n;

		if (*len == room) {
			unsigned char *more;

			room = room ? room * 2 : 64 << 10;
			if (room > FILE_MAX)
				return -EFBIG;
			more = realloc(*data, room);
			if (!more)
				return -ENOMEM;
			*data = more;
		}
		n = rawbpf_sys_read(fd, *data + *len, room - *len);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		*len += (size_t)n;
	}
}

int rawbpf_obj_read_file(struct rawbpf_obj **out, const char *path, const struct rawbpf_sink *sink)
{
	unsigned char *data = NULL;
	size_t len = 0;
	int fd, rc;

	*out = NULL;
	fd = rawbpf_sys_openat(RAWBPF_AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return rawbpf_error(sink, fd, path, "cannot open it: %s", strerror(-fd));
	rc = read_all(fd, &data, &len);
	rawbpf_sys_close(fd);
	if (rc)
		rawbpf_error(sink, rc, path, "cannot read it: %s", strerror(-rc));
	else
		rc = rawbpf_obj_read_mem(out, data, len, path, sink);
	free(data);
	return rc;
}

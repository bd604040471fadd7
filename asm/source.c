/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: reading them whole, and finding what .include names. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"

#define ASM_MAX_PATH 4096

/* At `pos`, or about the file `path` itself if nothing included it. */
static int file_error(
	struct asm_ctx *a, int err, const char *path, const struct asm_pos *pos, const char *why)
{
	a->fatal = a->fatal ? a->fatal : err;
	if (pos && pos->src)
		rawbpf_asm_err(a, pos, "cannot read %s: %s", path, why);
	else
		rawbpf_error(a->sink, err, path, "cannot read: %s", why);
	return err;
}

/* `text` is the source's from now on, also on failure. */
static int add_source(
	struct asm_ctx *a, char *text, size_t len, const char *name, struct asm_src **out)
{
	struct asm_src *src = calloc(1, sizeof(*src)), **slot;

	if (src)
		src->name = strdup(name);
	slot = src && src->name ? ASM_PUSH(a, a->srcs) : NULL;
	if (!slot) {
		if (src)
			free(src->name);
		free(src);
		free(text);
		a->fatal = -ENOMEM;
		return -ENOMEM;
	}
	src->text = text;
	src->len = len;
	*slot = *out = src;
	return 0;
}

int rawbpf_asm_add_text(
	struct asm_ctx *a, const char *text, size_t len, const char *name, struct asm_src **out)
{
	char *copy;

	if (len > ASM_MAX_FILE)
		return file_error(a, -EFBIG, name, NULL, "larger than 256 MiB");
	copy = malloc(len + 1);
	if (!copy) {
		a->fatal = -ENOMEM;
		return -ENOMEM;
	}
	memcpy(copy, text, len);
	copy[len] = 0;
	return add_source(a, copy, len, name, out);
}

/* All of `fd` and a NUL: 0 or -errno. Works for pipes too. */
static int read_all(int fd, size_t guess, char **out, size_t *len)
{
	size_t cap = guess + 4096, n = 0;
	char *text = malloc(cap), *bigger;
	ssize_t got = -1;

	errno = ENOMEM;
	while (text) {
		got = read(fd, text + n, cap - n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
		errno = EFBIG;
		if (n > ASM_MAX_FILE) {
			got = -1;
			break;
		}
		if (cap - n > 1)
			continue;
		cap *= 2;
		bigger = realloc(text, cap);
		if (!bigger) {
			errno = ENOMEM;
			got = -1;
			break;
		}
		text = bigger;
	}
	if (!text || got < 0) {
		int err = -errno;

		free(text);
		return err;
	}
	text[n] = 0;
	*out = text;
	*len = n;
	return 0;
}

int rawbpf_asm_read(
	struct asm_ctx *a, const char *path, const struct asm_pos *pos, struct asm_src **out)
{
	bool standard_input = !strcmp(path, "-") && !(pos && pos->src);
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return file_error(a, -errno, path, pos, strerror(errno));
	err = fstat(fd, &st) ? -errno : 0;
	if (!err && S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (!err && st.st_size > (off_t)ASM_MAX_FILE)
		err = -EFBIG;
	if (!err)
		err = read_all(fd, st.st_size > 0 ? (size_t)st.st_size : 0, &text, &len);
	if (!standard_input)
		close(fd);
	if (err)
		return file_error(
			a, err, path, pos, err == -EFBIG ? "larger than 256 MiB" : strerror(-err));
	err = add_source(a, text, len, standard_input ? "<stdin>" : path, out);
	if (!err && S_ISREG(st.st_mode)) {
		(*out)->dev = (uint64_t)st.st_dev;
		(*out)->ino = (uint64_t)st.st_ino;
	}
	return err;
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* `folder` is `nfolder` bytes; empty: the working directory. F/file, then F/arch/ARCH/file. */
static bool find_in(struct asm_ctx *a, const char *folder, size_t nfolder, const char *file,
	char path[ASM_MAX_PATH])
{
	const char *slash = nfolder && folder[nfolder - 1] != '/' ? "/" : "";
	int n = snprintf(path, ASM_MAX_PATH, "%.*s%s%s", (int)nfolder, folder, slash, file);

	if (n < ASM_MAX_PATH && exists(path))
		return true;
	n = snprintf(
		path, ASM_MAX_PATH, "%.*s%sarch/%s/%s", (int)nfolder, folder, slash, a->arch, file);
	return n < ASM_MAX_PATH && exists(path);
}

static bool find(struct asm_ctx *a, const char *file, char path[ASM_MAX_PATH])
{
	const char *here = a->at.src->name, *slash = strrchr(here, '/');

	if (*file == '/') {
		int n = snprintf(path, ASM_MAX_PATH, "%s", file);

		return n < ASM_MAX_PATH && exists(path);
	}
	if (find_in(a, here, slash ? (size_t)(slash - here) + 1 : 0, file, path))
		return true;
	for (size_t i = 0; i < a->opts->ninclude_dirs; i++) {
		const char *dir = a->opts->include_dirs[i];

		if (find_in(a, dir, strlen(dir), file, path))
			return true;
	}
	return false;
}

/* Is this file being scanned now? */
static bool is_open(const struct asm_ctx *a, const struct asm_src *src)
{
	if (src->ino && a->at.src->ino == src->ino && a->at.src->dev == src->dev)
		return true;
	for (unsigned i = 0; i < a->depth; i++)
		if (src->ino && a->stack[i].src->ino == src->ino &&
			a->stack[i].src->dev == src->dev)
			return true;
	return false;
}

int rawbpf_asm_include(struct asm_ctx *a, const char *file, const struct asm_pos *pos)
{
	char path[ASM_MAX_PATH];
	struct asm_src *src;
	int rc;

	if (a->depth >= ASM_MAX_DEPTH)
		return rawbpf_asm_err(
			a, pos, ".include is nested more than %d files deep", ASM_MAX_DEPTH);
	if (a->nincludes++ >= ASM_MAX_INCLUDES)
		return rawbpf_asm_err(a, pos, "more than %d files included", ASM_MAX_INCLUDES);
	if (!find(a, file, path)) {
		/* What it would have defined is missing below: more errors would say nothing. */
		a->fatal = -ENOENT;
		rawbpf_asm_err(a, pos,
			"no file '%s' in this file's folder, its arch/%s, or a folder given with "
			"-I",
			file, a->arch);
		return a->fatal;
	}
	rc = rawbpf_asm_read(a, path, pos, &src);
	if (rc)
		return rc;
	if (is_open(a, src))
		return rawbpf_asm_err(a, pos, "'%s' includes itself", file);
	src->includer = pos->src;
	src->included_at = pos->at;
	rawbpf_asm_push_src(a, src);
	return 0;
}

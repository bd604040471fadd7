/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../syscall/sys.h"

int rawbpf_text_read(int dirfd, const char *path, char *buf, size_t len)
{
	size_t have = 0;
	long n = 0;
	int fd = rawbpf_sys_openat(dirfd, path, O_RDONLY, 0);

	buf[0] = '\0';
	if (fd < 0)
		return fd;
	/* proc and tracefs may give less than asked for */
	while (have < len - 1 && (n = rawbpf_sys_read(fd, buf + have, len - 1 - have)) > 0)
		have += (size_t)n;
	rawbpf_sys_close(fd);
	if (n < 0)
		have = 0;
	while (have && buf[have - 1] == '\n')
		have--;
	buf[have] = '\0';
	return n < 0 ? (int)n : (int)have;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

int rawbpf_text_number(const char *text, uint64_t *value)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		unsigned d = (unsigned)digit_of(*text);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return -EINVAL;
		v = v * base + d;
	}
	*value = v;
	return 0;
}

int rawbpf_text_read_number(int dirfd, const char *path, long *value)
{
	char text[32];
	uint64_t v;
	bool minus;
	int rc = rawbpf_text_read(dirfd, path, text, sizeof(text));

	if (rc < 0)
		return rc;
	minus = text[0] == '-';
	text[strcspn(text, " \t\n")] = '\0';
	rc = rawbpf_text_number(text + minus, &v);
	if (rc < 0)
		return rc;
	if (v > (uint64_t)(~0UL >> 1))
		return -EINVAL;
	*value = minus ? -(long)v : (long)v;
	return 0;
}

int rawbpf_text_field(const char *path, const char *key, char *buf, size_t len)
{
	struct rawbpf_lines lines;
	size_t n = strlen(key);
	char *line;
	int rc = rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, path), seen = -ENOENT;

	if (rc < 0)
		return rc;
	while (seen < 0 && (line = rawbpf_lines_next(&lines))) {
		if (strncmp(line, key, n) || line[n] != ':')
			continue;
		line += n + 1;
		line += strspn(line, " \t");
		seen = 0;
		buf[0] = '\0';
		strncat(buf, line, len - 1);
	}
	rc = rawbpf_lines_close(&lines);
	return seen == 0 ? 0 : rc < 0 ? rc : seen;
}

/* ---- line by line --------------------------------------------------------- */

int rawbpf_lines_open(struct rawbpf_lines *lines, int dirfd, const char *path)
{
	lines->err = 0;
	lines->at = lines->end = 0;
	lines->fd = rawbpf_sys_openat(dirfd, path, O_RDONLY, 0);
	return lines->fd < 0 ? lines->fd : 0;
}

/* One byte stays free for the NUL of a last line that has no newline. */
static bool fill(struct rawbpf_lines *l)
{
	long n;

	memmove(l->buf, l->buf + l->at, l->end - l->at);
	l->end -= l->at;
	l->at = 0;
	if (l->err || l->end == sizeof(l->buf) - 1)
		return false;
	n = rawbpf_sys_read(l->fd, l->buf + l->end, sizeof(l->buf) - 1 - l->end);
	if (n < 0)
		l->err = n;
	if (n <= 0)
		return false;
	l->end += (size_t)n;
	return true;
}

char *rawbpf_lines_next(struct rawbpf_lines *lines)
{
	size_t seen = 0;
	char *start, *nl;

	for (;;) {
		start = lines->buf + lines->at;
		nl = memchr(start + seen, '\n', lines->end - lines->at - seen);
		if (nl)
			break;
		seen = lines->end - lines->at;
		if (!fill(lines))
			break;
	}
	start = lines->buf + lines->at;
	if (!nl) {
		if (lines->at == lines->end)
			return NULL;
		nl = lines->buf + lines->end;
		lines->at = lines->end;
	} else {
		lines->at = (size_t)(nl - lines->buf) + 1;
	}
	*nl = '\0';
	return start;
}

int rawbpf_lines_close(struct rawbpf_lines *lines)
{
	rawbpf_sys_close(lines->fd);
	return (int)lines->err;
}

/* ---- did you mean ---------------------------------------------------------- */

/* Edits (insert, drop, change) from a to b, if they are at most `most`; else most + 1. */
static unsigned edits(const char *a, size_t na, const char *b, size_t nb, unsigned most)
{
	unsigned row[96], diagonal, above, best;

	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		diagonal = row[0];
		best = row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			above = row[j];
			row[j] = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (row[j] < best)
				best = row[j];
			diagonal = above;
		}
		if (best > most)
			return most + 1;
	}
	return row[nb];
}

void rawbpf_nearest_init(struct rawbpf_nearest *nearest, const char *want)
{
	size_t n = strlen(want);

	nearest->want = want;
	nearest->name[0] = '\0';
	/* one more than what counts as a slip of the pen in a name of that length */
	nearest->distance = n < 3 ? 1 : n < 6 ? 2 : n < 12 ? 3 : 4;
}

void rawbpf_nearest_see(struct rawbpf_nearest *nearest, const char *name)
{
	size_t na = strlen(nearest->want), nb = strlen(name);
	size_t apart = na > nb ? na - nb : nb - na;
	unsigned d;

	if (apart >= nearest->distance || na >= sizeof(nearest->name) ||
		nb >= sizeof(nearest->name))
		return;
	d = edits(nearest->want, na, name, nb, nearest->distance - 1);
	if (d >= nearest->distance)
		return;
	nearest->distance = d;
	memcpy(nearest->name, name, nb + 1);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine is, from the files that the kernel shows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../syscall/sys.h"
#include "load.h"
#include "text.h"

/* "0-3,8": how many that are; 0 if it is no such list. */
static unsigned long count_list(const char *p)
{
	unsigned long n = 0;

	for (;; p++) {
		unsigned long first, last;
		char *end;

		first = last = strtoul(p, &end, 10);
		if (end == p)
			return 0;
		if (*end == '-') {
			p = end + 1;
			last = strtoul(p, &end, 10);
			if (end == p || last < first)
				return 0;
		}
		n += last - first + 1;
		p = end;
		if (*p != ',')
			return *p ? 0 : n;
	}
}

int rawbpf_possible_cpus(void)
{
	char list[4096];
	unsigned long n;
	int rc = rawbpf_text_read(
		RAWBPF_AT_FDCWD, "/sys/devices/system/cpu/possible", list, sizeof(list));

	if (rc < 0)
		return rc;
	n = count_list(list);
	return n && n < 1UL << 20 ? (int)n : -EINVAL;
}

/* Stable kernels went past sublevel 255, which has 8 bits. */
static int version_code(const char *text)
{
	unsigned a, b, c = 0;

	if (sscanf(text, "%u.%u.%u", &a, &b, &c) < 2 || a > 255 || b > 255)
		return -EINVAL;
	return (int)(a << 16 | b << 8 | (c > 255 ? 255 : c));
}

/*
 * Ubuntu and Debian print a fixed number in uname -r and keep the one that the
 * kernel compares elsewhere.
 */
int rawbpf_kernel_version(void)
{
	char text[512], *p;
	int rc = rawbpf_text_read(RAWBPF_AT_FDCWD, "/proc/version_signature", text, sizeof(text));

	if (rc > 0) {
		p = strrchr(text, ' ');
		if (p && version_code(p + 1) > 0)
			return version_code(p + 1);
	}
	rc = rawbpf_text_read(RAWBPF_AT_FDCWD, "/proc/version", text, sizeof(text));
	if (rc < 0)
		return rc;
	p = strstr(text, " Debian ");
	if (p && version_code(p + strlen(" Debian ")) > 0)
		return version_code(p + strlen(" Debian "));
	p = strstr(text, "version ");
	return p ? version_code(p + strlen("version ")) : -EINVAL;
}

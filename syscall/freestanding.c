/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four functions that gcc may call even in a freestanding build, where no
 * libc has them. Weak: a device's own take their place. Hosted builds get none.
 */
#include <stddef.h>

#if !__STDC_HOSTED__

/* Without this gcc sees through the loops and makes each function call itself. */
#define OPAQUE(p) __asm__ volatile("" : "+r"(p)::"memory")

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	while (n--) {
		*t++ = *f++;
		OPAQUE(t);
	}
	return to;
}

__attribute__((weak)) void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t <= f)
		return memcpy(to, from, n);
	while (n--) {
		t[n] = f[n];
		OPAQUE(t);
	}
	return to;
}

__attribute__((weak)) void *memset(void *to, int byte, size_t n)
{
	unsigned char *t = to;

	while (n--) {
		*t++ = (unsigned char)byte;
		OPAQUE(t);
	}
	return to;
}

__attribute__((weak)) int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

#endif

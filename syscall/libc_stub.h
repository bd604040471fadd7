/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System-call numbers where stub.h has no instruction and libc's syscall(2) is
 * taken. A toolchain older than a call lacks its number. Included by sys.c alone.
 */
#ifndef RAWBPF_LIBC_STUB_H
#define RAWBPF_LIBC_STUB_H

#include <sys/syscall.h>

#ifndef __NR_bpf
#if defined(__i386__)
#define __NR_bpf 357
#elif defined(__powerpc__)
#define __NR_bpf 361
#elif defined(__sparc__)
#define __NR_bpf 349
#elif defined(__m68k__)
#define __NR_bpf 354
#elif defined(__sh__)
#define __NR_bpf 375
#elif defined(__hppa__)
#define __NR_bpf 341
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#define __NR_bpf 4355
#elif defined(__mips__) && _MIPS_SIM == _ABIN32
#define __NR_bpf 6319
#elif defined(__mips__)
#define __NR_bpf 5315
#else
#define __NR_bpf 280
#endif
#endif

/* mips and alpha count from a base of their own; bpf(2) tells which. */
#if defined(__mips__)
#define RAWBPF_NR_BASE (__NR_bpf / 1000 * 1000)
#elif defined(__alpha__)
#define RAWBPF_NR_BASE 110
#else
#define RAWBPF_NR_BASE 0
#endif

enum {
	RAWBPF_NR_read = __NR_read,
	RAWBPF_NR_write = __NR_write,
	RAWBPF_NR_close = __NR_close,
	RAWBPF_NR_ioctl = __NR_ioctl,
#ifdef __NR_fcntl64
	RAWBPF_NR_fcntl = __NR_fcntl64,
#else
	RAWBPF_NR_fcntl = __NR_fcntl,
#endif
	RAWBPF_NR_openat = __NR_openat,
	RAWBPF_NR_perf_event_open = __NR_perf_event_open,
	RAWBPF_NR_prlimit64 = __NR_prlimit64,
	RAWBPF_NR_bpf = __NR_bpf,
	RAWBPF_NR_fsopen = RAWBPF_NR_BASE + 430,
	RAWBPF_NR_fsconfig = RAWBPF_NR_BASE + 431,
	RAWBPF_NR_fsmount = RAWBPF_NR_BASE + 432,
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system-call instruction of five machines, without libc. Included by sys.c alone.
 *
 * rawbpf_stub(nr, a, b, c, d, e) returns what the kernel leaves in the result
 * register: >= 0 or -errno. Machines that are not here get no RAWBPF_STUB, and
 * sys.c takes libc's syscall(2). Sources: syscall(2), each arch's <asm/unistd.h> in 7.2.
 */
#ifndef RAWBPF_STUB_H
#define RAWBPF_STUB_H

#if defined(__x86_64__) && defined(__LP64__)
#define RAWBPF_STUB 1
enum {
	RAWBPF_NR_read = 0,
	RAWBPF_NR_write = 1,
	RAWBPF_NR_close = 3,
	RAWBPF_NR_ioctl = 16,
	RAWBPF_NR_fcntl = 72,
	RAWBPF_NR_openat = 257,
	RAWBPF_NR_perf_event_open = 298,
	RAWBPF_NR_prlimit64 = 302,
	RAWBPF_NR_bpf = 321,
};

static inline long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return nr;
}

#elif defined(__aarch64__) && defined(__LP64__)
#define RAWBPF_STUB 1
#define RAWBPF_GENERIC_NUMBERS 1

static inline long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory", "cc");
	return x0;
}

#elif defined(__riscv) && __riscv_xlen == 64
#define RAWBPF_STUB 1
#define RAWBPF_GENERIC_NUMBERS 1

static inline long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
}

#elif defined(__arm__) && defined(__ARM_EABI__)
#define RAWBPF_STUB 1
enum {
	RAWBPF_NR_read = 3,
	RAWBPF_NR_write = 4,
	RAWBPF_NR_close = 6,
	RAWBPF_NR_ioctl = 54,
	RAWBPF_NR_fcntl = 221, /* fcntl64 */
	RAWBPF_NR_openat = 322,
	RAWBPF_NR_perf_event_open = 364,
	RAWBPF_NR_prlimit64 = 369,
	RAWBPF_NR_bpf = 386,
};

/* The number belongs in r7, which is Thumb's frame pointer: it is lent, not clobbered. */
static inline long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	long saved;

	__asm__ volatile("mov %1, r7\n\tmov r7, %2\n\tsvc 0\n\tmov r7, %1"
			 : "+r"(r0), "=&r"(saved)
			 : "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4)
			 : "memory", "cc");
	return r0;
}

#elif defined(__s390x__)
#define RAWBPF_STUB 1
enum {
	RAWBPF_NR_read = 3,
	RAWBPF_NR_write = 4,
	RAWBPF_NR_close = 6,
	RAWBPF_NR_ioctl = 54,
	RAWBPF_NR_fcntl = 55,
	RAWBPF_NR_openat = 288,
	RAWBPF_NR_perf_event_open = 331,
	RAWBPF_NR_prlimit64 = 334,
	RAWBPF_NR_bpf = 351,
};

static inline long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	register long r1 __asm__("r1") = nr;
	register long r2 __asm__("r2") = a;
	register long r3 __asm__("r3") = b;
	register long r4 __asm__("r4") = c;
	register long r5 __asm__("r5") = d;
	register long r6 __asm__("r6") = e;

	__asm__ volatile("svc 0"
			 : "+r"(r2)
			 : "r"(r1), "r"(r3), "r"(r4), "r"(r5), "r"(r6)
			 : "memory", "cc");
	return r2;
}
#endif

#ifdef RAWBPF_GENERIC_NUMBERS
enum {
	RAWBPF_NR_fcntl = 25,
	RAWBPF_NR_ioctl = 29,
	RAWBPF_NR_openat = 56,
	RAWBPF_NR_close = 57,
	RAWBPF_NR_read = 63,
	RAWBPF_NR_write = 64,
	RAWBPF_NR_perf_event_open = 241,
	RAWBPF_NR_prlimit64 = 261,
	RAWBPF_NR_bpf = 280,
};
#endif

#ifdef RAWBPF_STUB
/* since Linux 5.1 all machines number new calls alike */
enum {
	RAWBPF_NR_fsopen = 430,
	RAWBPF_NR_fsconfig = 431,
	RAWBPF_NR_fsmount = 432,
};
#endif

#endif

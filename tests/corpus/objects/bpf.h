/* SPDX-License-Identifier: BSD-2-Clause */
/* The least that a BPF program in C needs; gcc and clang have different ways to call a helper. */
#ifndef TEST_BPF_H
#define TEST_BPF_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, n) int(*name)[n]
#define __type(name, t) t *name

#ifdef __clang__
static void *(*const lookup)(void *map, const void *key) = (void *)1;
static long (*const update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
#else
void *lookup(void *map, const void *key) __attribute__((kernel_helper(1)));
long update(void *map, const void *key, const void *value, u64 flags)
	__attribute__((kernel_helper(2)));
#endif

/* as the old samples have it */
struct bpf_map_def {
	u32 type, key_size, value_size, max_entries, map_flags;
};

#endif

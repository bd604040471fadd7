/* SPDX-License-Identifier: BSD-2-Clause */
#include "tracepipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../syscall/sys.h"
#include "attach.h"
#include "output.h"

enum { HELPER_TRACE_PRINTK = 6, HELPER_TRACE_VPRINTK = 177, OPCODE_CALL = 0x85 };

bool rawbpf_obj_prints_trace(const struct rawbpf_obj *obj)
{
	for (size_t p = 0; p < obj->nprogs; p++) {
		for (uint32_t i = 0; i < obj->progs[p].ninsns; i++) {
			const struct rawbpf_insn *insn = &obj->progs[p].insns[i];

			if (insn->code == OPCODE_CALL && !rawbpf_insn_src(insn) &&
				(insn->imm == HELPER_TRACE_PRINTK ||
					insn->imm == HELPER_TRACE_VPRINTK))
				return true;
		}
	}
	return false;
}

/* What was printed before us is not ours to show. */
static void skip_old(int fd)
{
	char buf[4096];

	for (int i = 0; i < 10000 && rawbpf_sys_read(fd, buf, sizeof(buf)) > 0; i++)
		;
}

int rawbpf_trace_open(
	struct rawbpf_trace *t, const struct rawbpf_obj *obj, const struct rawbpf_sink *sink)
{
	int dir, rc;

	t->fd = -1;
	t->len = 0;
	if (!rawbpf_obj_prints_trace(obj))
		return 0;
	dir = rawbpf_tracefs_open(sink);
	if (dir < 0)
		return dir;
	rc = rawbpf_sys_openat(dir, "trace_pipe", O_RDONLY | O_NONBLOCK, 0);
	rawbpf_sys_close(dir);
	if (rc < 0)
		return rawbpf_error(sink, rc, "trace_pipe", "cannot open: %s%s", strerror(-rc),
			rc == -EBUSY ? " (another reader has it)" : "");
	t->fd = rc;
	skip_old(rc);
	return 0;
}

/*
 * From 5.9 on the kernel ends each message itself, so the newline that older
 * ones need is one too many: empty lines go.
 */
static void print_line(FILE *out, struct rawbpf_trace *t, bool json)
{
	t->line[t->len] = '\0';
	if (t->len && json) {
		fputs("{\"trace\":", out);
		rawbpf_json_string(out, t->line);
		fputs("}\n", out);
	} else if (t->len) {
		fprintf(out, "%s\n", t->line);
	}
	t->len = 0;
}

void rawbpf_trace_print(FILE *out, struct rawbpf_trace *t, bool json)
{
	char buf[4096];
	long n;

	/* Bounded: reading the pipe may itself copy memory, and so fill it again. */
	for (int reads = 0; reads < 16 && (n = rawbpf_sys_read(t->fd, buf, sizeof(buf))) > 0;
		reads++) {
		for (long i = 0; i < n; i++) {
			if (buf[i] == '\n' || t->len == sizeof(t->line) - 1)
				print_line(out, t, json);
			if (buf[i] != '\n')
				t->line[t->len++] = buf[i];
		}
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What make fuzz found, one test for each finding. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../asm/asm.h"
#include "../../loader/obj.h"
#include "../../loader/where.h"

static void hear_column(void *arg, const struct rawbpf_diag *d)
{
	unsigned *col = arg;

	*col = d->col;
}

static void a_column_behind_its_source_line_is_not_known(void **state)
{
	static const char text[] = ".prog p, \"kprobe/x\"\nr0 = 0\nexit\n";
	unsigned col = 99;
	const struct rawbpf_sink sink = { hear_column, &col };
	struct rawbpf_obj *obj;
	size_t len;
	void *elf;

	assert_int_equal(rawbpf_asm_text(text, sizeof(text) - 1, "t.s", NULL, &elf, &len, NULL), 0);
	assert_int_equal(rawbpf_obj_read_mem(&obj, elf, len, "t.o", NULL), 0);
	free(elf);
	assert_int_equal(obj->progs[0].lines[0].line_col, 2 << 10 | 1);
	rawbpf_error_at(&sink, -1, obj, &obj->progs[0], 0, "here");
	assert_int_equal(col, 1);
	obj->progs[0].lines[0].line_col = 2 << 10 | 1000;
	rawbpf_error_at(&sink, -1, obj, &obj->progs[0], 0, "here");
	assert_int_equal(col, 0);
	rawbpf_obj_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_behind_its_source_line_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

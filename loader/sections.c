/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "attach.h"

enum { S = 1, F = 2, B = 4 };

static const struct rawbpf_section_kind rows[] = {
#define X(name, prog, attach, flags, where)                                                        \
	{ .prefix = name,                                                                          \
		.prog_type = RAWBPF_PROG_TYPE_##prog,                                              \
		.expected_attach_type = attach,                                                    \
		.sleepable = !!((flags)&S),                                                        \
		.xdp_frags = !!((flags)&F),                                                        \
		.needs_btf_id = !!((flags)&B),                                                     \
		.place = RAWBPF_PLACE_##where },
#include "sections.def"
#undef X
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* The prefix's length without its '/'. */
static size_t prefix_len(const struct rawbpf_section_kind *row)
{
	size_t len = strlen(row->prefix);

	return len && row->prefix[len - 1] == '/' ? len - 1 : len;
}

const struct rawbpf_section_kind *rawbpf_section_kind(const char *section)
{
	const struct rawbpf_section_kind *best = NULL;

	if (*section == '?')
		section++;
	for (size_t i = 0; i < NROWS; i++) {
		size_t len = prefix_len(&rows[i]);

		if (strncmp(section, rows[i].prefix, len) || (section[len] && section[len] != '/'))
			continue;
		if (!best || len > prefix_len(best))
			best = &rows[i];
	}
	return best;
}

/* What a guess is compared over: longer names are no misspelling of ours. */
#define GUESS_MAX 32

/* Edit distance of a[0..n) and b[0..m), both at most GUESS_MAX; a swap of neighbours counts two. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned char row[GUESS_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned char)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1U < best)
				best = row[j] + 1U;
			if (row[j - 1] + 1U < best)
				best = row[j - 1] + 1U;
			row[j] = (unsigned char)best;
		}
	}
	return row[m];
}

/* "xdp_pass", "tc-main": the prefix, then something that is neither letter, digit nor '.'. */
static int starts_with(const char *section, const char *prefix, size_t len)
{
	return !strncmp(section, prefix, len) && section[len] && strchr("_-:", section[len]);
}

/* Length of the first `words` words of a '/'-separated name. */
static size_t head_len(const char *s, unsigned words)
{
	size_t len = strcspn(s, "/");

	while (--words && s[len])
		len += 1 + strcspn(s + len + 1, "/");
	return len;
}

/* How far `section` is from the row, over as many words as the row has; ~0U: too far. */
static unsigned row_distance(const char *section, const struct rawbpf_section_kind *row)
{
	size_t len = prefix_len(row), head;
	unsigned words = 1, d;

	for (size_t i = 0; i < len; i++)
		words += row->prefix[i] == '/';
	head = head_len(section, words);
	if (head > GUESS_MAX || len > GUESS_MAX)
		return ~0U;
	d = distance(section, head, row->prefix, len);
	return d <= (len < 4 ? 1 : len / 3) ? d : ~0U;
}

const char *rawbpf_section_guess(const char *section)
{
	const struct rawbpf_section_kind *start = NULL, *near = NULL;
	unsigned nearest = ~0U;

	if (*section == '?')
		section++;
	for (const struct rawbpf_section_kind *row = rows; row < rows + NROWS; row++) {
		unsigned d = row_distance(section, row);

		if (starts_with(section, row->prefix, prefix_len(row)) &&
			(!start || prefix_len(row) > prefix_len(start)))
			start = row;
		if (d < nearest)
			near = row, nearest = d;
	}
	near = start ? start : near;
	return near ? near->prefix : NULL;
}

# SPDX-License-Identifier: BSD-2-Clause
# A random program, each line in mnemonics and in pseudo-C: -v side=mnemonics|pseudoc -v n=LINES
# -v seed=N, and -v old=1 for what GNU as 2.40 knows, in its spelling. The same draws on each side.
function r(k) { return int(rand() * k) }
function reg() { return r(11) }
function imm() { v = r(4) ? r(2000) - 1000 : r(2147483647) * (r(2) ? 1 : -1); return v }
function off() { return r(65536) - 32768 }
function label() { return "l" r(n) }
function mem(b, o) { return "[%r" b (o < 0 && !old ? o : "+" o) "]" }
function at(b, o) { return "(r" b (o < 0 ? " - " (-o) : " + " o) ")" }
function say(m, p) { print side == "pseudoc" ? p : m }
function alu(i, w, d, s, k) {
	w = r(2) ? "w" : "r"; d = reg(); s = reg(); k = imm()
	if (op[i] ~ /sh$/) k = r(w == "w" ? 32 : 64)
	if (op[i] ~ /div|mod/ && !k) k = 1
	say(op[i] (w == "w" ? "32" : "") " %r" d ", " (k % 2 ? "%r" s : k), w d " " sign[i] " " (k % 2 ? w s : k))
}
function jump(i, w, d, s, k, l) {
	w = r(2) ? "w" : "r"; d = reg(); s = reg(); k = imm(); l = label()
	say(jcc[i] (w == "w" ? "32" : "") " %r" d ", " (k % 2 ? "%r" s : k) ", " l,
		"if " w d " " cmp[i] " " (k % 2 ? w s : k) " goto " l)
}
function memory(i, d, s, o, k, c) {
	d = reg(); s = reg(); o = off(); i = r(4); k = imm()
	if (i < 2) k = r(100)
	c = r(3)
	if (c == 0) say("ldx" size[i] " %r" d ", " mem(s, o), "r" d " = *(" type[i] " *)" at(s, o))
	if (c == 1) say("stx" size[i] " " mem(d, o) ", %r" s, "*(" type[i] " *)" at(d, o) " = r" s)
	if (c == 2) say("st" size[i] " " mem(d, o) ", " k, "*(" type[i] " *)" at(d, o) " = " k)
}
function packet(i, k, s, w) {
	i = r(3); k = r(4096); s = reg()
	if (r(2)) say("ldabs" size[i] " " k, "r0 = *(" type[i] " *)skb[" k "]")
	# llvm-mc does not take skb[r1 + 4]
	else say("ldind" size[i] " %r" s ", " (old ? k : 0), "r0 = *(" type[i] " *)skb[r" s "]")
}
function atomic(i, w, d, s, o, t, v, f, m, p) {
	i = r(old ? 1 : 10); w = r(2); d = reg(); s = reg(); o = off(); 
	t = "(u" (w ? 32 : 64) " *)" at(d, o); v = (w ? "w" : "r")
	f = "r" d (o < 0 ? " - " (-o) : " + " o)
	if (i == 0 && old) m = w ? "xaddw" : "xadddw"
	else if (r(2)) m = gnu[i] (w ? "32" : "")
	else m = conf[i] (w ? "32" : "")
	if (i < 4) p = "lock *" t " " lock[i] " " v s
	else if (i < 8) p = v s " = atomic_fetch_" conf2[i] "(" t ", " v s ")"
	else if (i == 8) p = v s " = " (w ? "xchg32_32" : "xchg_64") "(" f ", " v s ")"
	else p = v "0 = " (w ? "cmpxchg32_32" : "cmpxchg_64") "(" f ", " v "0, " v s ")"
	say(m " " mem(d, o) ", %r" s, p)
}
function rest(d, b, k, x, s, o, w, c) {
	d = reg(); b = 16 * 2 ^ r(3); k = r(200); s = reg(); o = off(); w = r(2)
	c = r(old ? 6 : 12)
	if (c == 0) say(w ? "neg32 %r" d : "neg %r" d, w ? "w" d " = -w" d : "r" d " = -r" d)
	if (c == 1) say("endle %r" d ", " b, "r" d " = le" b " r" d)
	if (c == 2) say("endbe %r" d ", " b, "r" d " = be" b " r" d)
	if (c == 3) { x = sprintf("0x%x%08x", r(65536), r(2147483647)); say("lddw %r" d ", " x, "r" d " = " x " ll") }
	if (c == 4) { x = label(); say("ja " x, "goto " x) }
	if (c == 5) say("call " k, "call " k)
	if (c == 6) { x = label(); say((w ? "jal " : "ja32 ") x, "gotol " x) }
	if (c == 7) say((w ? "bswap %r" d ", " b : (k % 2 ? "b" : "") "swap" b " %r" d), "r" d " = bswap" b " r" d)
	if (c == 8) { b /= 2; say(w ? "movs %r" d ", %r" s ", " b : "movsx" b "64 %r" d ", %r" s, "r" d " = (s" b ")r" s) }
	if (c == 9) { b = 8 + 8 * (k % 2); say(w ? "movs32 %r" d ", %r" s ", " b : "movsx" b "32 %r" d ", %r" s, "w" d " = (s" b ")w" s) }
	if (c == 10) { b = r(3); say("ldxs" size[b] " %r" d ", " mem(s, o), "r" d " = *(" signed[b] " *)" at(s, o)) }
	if (c == 11) say((w ? "le" : "be") b " %r" d, "r" d " = " (w ? "le" : "be") b " r" d)
}
BEGIN {
	srand(seed)
	nops = split("add sub mul div or and lsh rsh mod xor mov arsh sdiv smod", op, " ")
	split("+= -= *= /= |= &= <<= >>= %= ^= = s>>= s/= s%=", sign, " ")
	njcc = split("jeq jgt jge jset jne jsgt jsge jlt jle jslt jsle", jcc, " ")
	split("== > >= & != s> s>= < <= s< s<=", cmp, " ")
	split("b h w dw", x, " "); for (i in x) size[i - 1] = x[i]
	split("u8 u16 u32 u64", x, " "); for (i in x) type[i - 1] = x[i]
	split("s8 s16 s32", x, " "); for (i in x) signed[i - 1] = x[i]
	split("aadd aor aand axor afadd afor afand afxor axchg acmp", x, " "); for (i in x) gnu[i - 1] = x[i]
	split("lock add,lock or,lock and,lock xor,lock fetch add,lock fetch or,lock fetch and,lock fetch xor,lock xchg,lock cmpxchg", x, ",")
	for (i in x) conf[i - 1] = x[i]
	split("+= |= &= ^= add or and xor", x, " "); for (i in x) { lock[i - 1] = x[i]; conf2[i - 1] = x[i] }
	for (line = 0; line < n; line++) {
		print "l" line ":"
		kind = r(6)
		if (kind == 0) alu(1 + r(old ? nops - 2 : nops))
		if (kind == 1) jump(1 + r(njcc))
		if (kind == 2) memory()
		if (kind == 3) packet()
		if (kind == 4) atomic()
		if (kind == 5) rest()
	}
	print "exit"
}

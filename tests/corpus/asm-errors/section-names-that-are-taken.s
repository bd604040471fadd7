.prog a, "maps"
.prog b, ".text"
.prog c, "license"
.prog d, ""

# Relative potency of two runs of the DNase ELISA that R ships (Davidian and Giltinan 1995): run 8 over run 1.
suppressMessages({library(MASS); library(jsonlite)})
data(DNase)
d <- subset(DNase, Run %in% c(1, 8))
s <- as.numeric(d$Run == 8); x <- d$conc; y <- d$density
ctl <- nls.control(tol = 2e-6, minFactor = 1e-12, maxiter = 500)
common <- nls(y ~ b + (t - b) / (1 + (10^(e - p * s) / x)^h), start = list(b = -0.01, t = 2.4, e = 0.65, h = 1, p = 0.03), control = ctl)
one <- function(k) nls(density ~ b + (t - b) / (1 + (10^e / conc)^h), data = subset(DNase, Run == k), start = list(b = 0, t = 2.4, e = 0.65, h = 1), control = ctl)
r <- one(1); q <- one(8)
f <- ((deviance(common) - deviance(r) - deviance(q)) / 3) / ((deviance(r) + deviance(q)) / 24)
limits <- suppressMessages(confint(common, "p"))
write_json(list(
  concentration_ng_per_mL = x, density = y, run = as.integer(as.character(d$Run)),
  log10_potency = unname(coef(common)["p"]), log10_low = unname(limits[1]), log10_high = unname(limits[2]),
  log10_ec50 = unname(coef(common)["e"]), rss_common = deviance(common), rss_separate = deviance(r) + deviance(q), f = f,
  p = pf(f, 3, 24, lower.tail = FALSE), hill = c(unname(coef(r)["h"]), unname(coef(q)["h"])),
  versions = list(R = R.version.string, MASS = as.character(packageVersion("MASS")))
), "relative_potency.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)

# Mean over runs with unequally many plates, and over runs with known errors.
suppressMessages({library(nlme); library(lme4); library(lmerTest); library(pbkrtest); library(metafor); library(jsonlite)})
designs <- list(
  unbalanced = list(y = c(9.12, 9.05, 9.31, 8.90, 8.84, 8.97, 9.21), run = c(1, 1, 2, 3, 3, 3, 4)),
  balanced = list(y = c(8.61, 8.72, 8.95, 8.99, 8.40, 8.52), run = c(1, 1, 2, 2, 3, 3)),
  lopsided = list(y = c(7.9, 8.1, 8.05, 7.95, 8.02, 8.6, 7.6), run = c(1, 1, 1, 1, 1, 2, 3)),
  no_spread_between = list(y = c(9.3, 8.8, 9.15, 8.95, 9.05, 8.9, 9.2), run = c(1, 1, 2, 2, 3, 3, 3)))
told <- function(d) {
  d$run <- factor(d$run)
  a <- lme(y ~ 1, random = ~ 1 | run, data = d, method = "REML", control = lmeControl(msTol = 1e-12, tolerance = 1e-12, opt = "optim"))
  b <- suppressMessages(lmerTest::lmer(y ~ 1 + (1 | run), d, REML = TRUE,
                                       control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))))
  kr <- suppressMessages(summary(b, ddf = "Kenward-Roger"))$coefficients
  sw <- suppressMessages(summary(b))$coefficients
  v <- as.data.frame(VarCorr(b))
  list(y = d$y, run = as.integer(d$run), lme_mean = fixef(a)[[1]], lmer_mean = fixef(b)[[1]],
       sd_between = v$sdcor[1], sd_within = v$sdcor[2], lme_sd_between = as.numeric(VarCorr(a)[1, 2]),
       kenward_roger = list(se = kr[1, 2], df = kr[1, 3]), satterthwaite = list(se = sw[1, 2], df = sw[1, 3]))
}
known <- list(
  agree = list(y = c(9.10, 9.02, 9.15, 9.08), se = c(0.08, 0.05, 0.10, 0.06)),
  differ = list(y = c(9.40, 8.95, 9.15, 8.60, 9.22), se = c(0.05, 0.08, 0.03, 0.20, 0.10)))
meta <- function(d) {
  fit <- rma(yi = d$y, sei = d$se, method = "REML", test = "knha", control = list(threshold = 1e-12, maxiter = 1000))
  adhoc <- rma(yi = d$y, sei = d$se, method = "REML", test = "adhoc", control = list(threshold = 1e-12, maxiter = 1000))
  list(y = d$y, se = d$se, mean = fit$beta[1], mean_se = fit$se, tau = sqrt(fit$tau2), low = fit$ci.lb, high = fit$ci.ub,
       adhoc_low = adhoc$ci.lb, adhoc_high = adhoc$ci.ub)
}
version <- function(p) as.character(packageVersion(p))
write_json(list(
  versions = list(R = R.version.string, nlme = version("nlme"), lme4 = version("lme4"), lmerTest = version("lmerTest"),
                  pbkrtest = version("pbkrtest"), metafor = version("metafor")),
  grouped = lapply(designs, told), known = lapply(known, meta)),
  "runs.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)

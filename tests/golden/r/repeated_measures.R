# Time courses of groups of animals: mixed models with Kenward-Roger and Satterthwaite degrees of
# freedom (lmerTest, pbkrtest), sphericity-corrected repeated measures (stats::anova.mlm), serially
# correlated errors (nlme), ANCOVA and comparisons with one control (multcomp).
suppressMessages({library(jsonlite); library(lme4); library(lmerTest); library(pbkrtest); library(nlme); library(multcomp)})
options(contrasts = c("contr.sum", "contr.poly"))
set.seed(20261)

course <- function(sizes, times, sd_between, sd_within, effect, rho = 0) {
  n <- sum(sizes)
  group <- factor(rep(paste0("g", seq_along(sizes)), sizes))
  correlation <- rho^abs(outer(seq_along(times), seq_along(times), "-"))
  y <- t(sapply(seq_len(n), function(i)
    rnorm(1, 0, sd_between) + effect * (as.integer(group[i]) - 1) * exp(-((times - 60) / 50)^2) +
      sd_within * as.vector(t(chol(correlation)) %*% rnorm(length(times)))))
  list(group = group, times = times, y = round(y, 6))
}
long <- function(set) {
  d <- expand.grid(animal = seq_len(nrow(set$y)), k = seq_along(set$times))
  d$y <- as.vector(set$y); d$time <- factor(set$times[d$k]); d$minutes <- set$times[d$k]
  d$group <- set$group[d$animal]; d$animal <- factor(d$animal)
  d[!is.na(d$y), ]
}
tests <- function(table) lapply(c(group = "group", time = "time", interaction = "group:time"), function(row)
  list(f = table[row, "F value"], df1 = table[row, "NumDF"], df2 = table[row, "DenDF"], p = table[row, "Pr(>F)"]))
mixed <- function(set) {
  d <- long(set)
  m <- lmerTest::lmer(y ~ group * time + (1 | animal), d, REML = TRUE,
    control = lmerControl(optCtrl = list(xtol_rel = 1e-12, xtol_abs = 1e-14, ftol_abs = 1e-14)))
  v <- as.data.frame(VarCorr(m))
  # The restricted likelihood depends on the coding of the fixed effects: that of one mean per cell.
  cells <- lme4::lmer(y ~ 0 + group:time + (1 | animal), d, REML = TRUE)
  # Group 2 less group 1 at the third time.
  at <- unique(data.frame(group = factor(c("g1", "g2"), levels(d$group)), time = factor(set$times[3], levels(d$time))))
  X <- model.matrix(~ group * time, at); l <- X[2, ] - X[1, ]
  kr <- contest1D(m, l, ddf = "Kenward-Roger"); sw <- contest1D(m, l, ddf = "Satterthwaite")
  one <- function(r) list(estimate = r$Estimate, se = r[["Std. Error"]], df = r$df, p = r[["Pr(>|t|)"]])
  list(group = set$group, times = set$times, y = set$y, log_likelihood = as.numeric(logLik(cells)), variance_animal = v$vcov[1], variance_residual = v$vcov[2],
    kenward_roger = tests(anova(m, type = 3, ddf = "Kenward-Roger")),
    satterthwaite = tests(anova(m, type = 3, ddf = "Satterthwaite")),
    contrast = list(kenward_roger = one(kr), satterthwaite = one(sw)))
}
spherical <- function(set) {
  d <- data.frame(group = set$group); Y <- set$y
  m <- lm(Y ~ group, d)
  a <- anova(m, X = ~1, test = "Spherical")
  eps <- attr(a, "heading")
  keep <- function(row) list(f = a[row, "F"], df1 = a[row, "num Df"], df2 = a[row, "den Df"], p = a[row, "Pr(>F)"], gg_p = a[row, "G-G Pr"], hf_p = a[row, "H-F Pr"])
  number <- function(text) as.numeric(sub(".*: *", "", grep(text, unlist(strsplit(eps, "\n")), value = TRUE)))
  full <- car::Anova(m, idata = data.frame(time = factor(set$times)), idesign = ~time, type = 3)
  s <- suppressWarnings(summary(full, multivariate = FALSE)); u <- s$univariate.tests; g <- s$pval.adjustments
  row <- function(name) list(f = u[name, "F value"], df1 = u[name, "num Df"], df2 = u[name, "den Df"], p = u[name, "Pr(>F)"])
  list(group = set$group, times = set$times, y = set$y, epsilon = number("Greenhouse"), huynh_feldt = g["group:time", "HF eps"],
    between = row("group"), time = c(row("time"), gg_p = g["time", "Pr(>F[GG])"]),
    interaction = c(row("group:time"), gg_p = g["group:time", "Pr(>F[GG])"], mlm_gg_p = keep("group")$gg_p))
}
serial <- function(set) {
  d <- long(set)
  m <- lme(y ~ 0 + group:time, random = ~ 1 | animal, correlation = corCAR1(0.97, form = ~ minutes | animal), data = d, method = "REML",
    control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, tolerance = 1e-10, msTol = 1e-10, reltol = 1e-14))
  list(group = set$group, times = set$times, y = set$y, log_likelihood = as.numeric(logLik(m)), variance_animal = as.numeric(VarCorr(m)[1, 1]),
    variance_residual = m$sigma^2, correlation_per_minute = as.numeric(coef(m$modelStruct$corStruct, unconstrained = FALSE)))
}

times <- seq(0, 140, 20)
complete2 <- course(c(7, 7), times, 0.4, 0.25, 0.5)
missing2 <- complete2; missing2$y[3, 5] <- NA; missing2$y[9, 1:2] <- NA; missing2$y[14, 8] <- NA; missing2$y[6, 4] <- NA
uneven3 <- course(c(4, 6, 5), times, 0.3, 0.3, 0.3); uneven3$y[2, 3] <- NA; uneven3$y[8, 6] <- NA; uneven3$y[12, 1] <- NA
boundary <- course(c(5, 5), times, 0, 0.3, 0)
# Animals that differ less than their readings say: the variance between animals is estimated as 0.
boundary$y <- boundary$y - 0.9 * rowMeans(boundary$y); boundary$y[4, 2] <- NA
small <- course(c(4, 5), c(0, 20, 40, 80, 120), 0.5, 0.2, 0.4, rho = 0.6); 
ar <- course(c(8, 8), times, 0.3, 0.3, 0.4, rho = 0.6); ar$y[2, 4] <- NA; ar$y[11, 7] <- NA
three <- course(c(6, 5, 7), times, 0.3, 0.25, 0.4, rho = 0.4)

base <- round(rnorm(24, 1, 0.4), 6); dose <- factor(rep(c("vehicle", "low", "mid", "high"), c(7, 6, 6, 5)), c("vehicle", "low", "mid", "high"))
post <- round(0.3 + 0.7 * base + c(0, 0.1, 0.35, 0.5)[dose] + rnorm(24, 0, 0.25), 6)
mixed_models <- list(complete = mixed(complete2), missing = mixed(missing2), uneven_groups = mixed(uneven3), boundary = mixed(boundary), few_times = mixed(small))
spherical_tests <- list(two_groups = spherical(complete2), three_groups = spherical(three), few_times = spherical(small))
serial_models <- list(two_groups = serial(ar))
options(contrasts = c("contr.treatment", "contr.poly"))
to_control <- function(m) {
  set.seed(1)
  s <- summary(glht(m, linfct = mcp(dose = "Dunnett")), test = adjusted("single-step", abseps = 1e-7, maxpts = 1e6))
  set.seed(1)
  ci <- confint(glht(m, linfct = mcp(dose = "Dunnett")), calpha = adjusted_calpha(abseps = 1e-7, maxpts = 1e6))
  list(estimate = unname(s$test$coefficients), se = unname(s$test$sigma), p = unname(as.numeric(s$test$pvalues)), low = unname(ci$confint[, "lwr"]), high = unname(ci$confint[, "upr"]), df = m$df.residual)
}
ancova <- lm(post ~ dose + base); plain <- lm(post ~ dose)

write_json(list(
  versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")),
    nlme = as.character(packageVersion("nlme")), multcomp = as.character(packageVersion("multcomp")), car = as.character(packageVersion("car"))),
  mixed = mixed_models, spherical = spherical_tests, serial = serial_models,
  controls = list(base = base, post = post, dose = dose, ancova = to_control(ancova), anova = to_control(plain), slope = unname(coef(ancova)["base"]))),
  "repeated_measures.json", auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null")

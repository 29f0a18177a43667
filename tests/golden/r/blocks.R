# Arms within blocks: paired t tests, the interaction of two treatments, Holm's adjustment, Dunnett's
# test with the error of the block model, and Kenward-Roger where cells are missing.
suppressMessages({library(jsonlite); library(lme4); library(lmerTest); library(pbkrtest); library(multcomp)})
set.seed(20264)
arms <- c("vehicle", "low", "mid", "high", "antagonist", "both")
make <- function(n) {
  y <- outer(rnorm(n, 0, 0.5), rep(1, 6)) + outer(rep(1, n), c(0, 0.1, 0.5, 0.35, 0.05, 0.1)) + matrix(rnorm(6 * n, 0, 0.2), n)
  y[, 2:4] <- y[, 2:4] + rnorm(n, 0, 0.15)
  dimnames(y) <- list(paste0("c", seq_len(n)), arms); round(y, 6)
}
one <- function(t) list(estimate = unname(t$estimate), df = unname(t$parameter), low = t$conf.int[1], high = t$conf.int[2], p = t$p.value)
own <- function(y) {
  each <- lapply(c("low", "mid", "high"), function(a) t.test(y[, a], y[, "vehicle"], paired = TRUE))
  each <- lapply(each, function(t) { t$estimate <- t$estimate[1]; t })
  list(contrasts = lapply(each, one), holm = p.adjust(sapply(each, function(t) t$p.value), "holm"),
    bonferroni = lapply(c("low", "mid", "high"), function(a) as.numeric(t.test(y[, a] - y[, "vehicle"], conf.level = 1 - 0.05 / 3)$conf.int)),
    interaction = one(t.test((y[, "both"] - y[, "antagonist"]) - (y[, "high"] - y[, "vehicle"]))),
    trend = one(t.test(apply(y[, c("vehicle", "low", "mid", "high")], 1, function(r) { k <- seq_along(r)[!is.na(r)]; if (length(k) < 3) NA else coef(lm(r[k] ~ k))[2] }))),
    downturn = p.adjust(sapply(c("vehicle", "low", "mid"), function(a) t.test(y[, "high"], y[, a], paired = TRUE, alternative = "less")$p.value), "holm"))
}
long <- function(y) {
  d <- expand.grid(block = rownames(y), arm = c("vehicle", "low", "mid", "high"))
  d$y <- mapply(function(b, a) y[b, a], as.character(d$block), as.character(d$arm)); d[!is.na(d$y), ]
}
pooled <- function(y) {
  d <- long(y); m <- lm(y ~ block + arm, d); set.seed(1)
  g <- glht(m, linfct = mcp(arm = "Dunnett"))
  s <- summary(g, test = adjusted("single-step", abseps = 1e-7, maxpts = 1e6)); set.seed(1)
  ci <- confint(g, calpha = adjusted_calpha(abseps = 1e-7, maxpts = 1e6)); alone <- summary(g, test = adjusted("none"))
  list(estimate = unname(s$test$coefficients), se = unname(s$test$sigma), df = m$df.residual, p = as.numeric(s$test$pvalues), alone = as.numeric(alone$test$pvalues),
    low = unname(ci$confint[, "lwr"]), high = unname(ci$confint[, "upr"]))
}
mixed <- function(y) {
  m <- lmerTest::lmer(y ~ arm + (1 | block), long(y), control = lmerControl(optCtrl = list(xtol_rel = 1e-12, xtol_abs = 1e-14, ftol_abs = 1e-14)))
  lapply(2:4, function(k) { l <- rep(0, 4); l[k] <- 1; r <- contest1D(m, l, ddf = "Kenward-Roger")
    list(estimate = r$Estimate, se = r[["Std. Error"]], df = r$df, p = r[["Pr(>|t|)"]]) })
}
rows <- function(y) list(blocks = rownames(y), arms = colnames(y), values = unname(y))
six <- make(6); three <- make(3); gaps <- make(6); gaps[2, "mid"] <- NA; gaps[5, "vehicle"] <- NA; gaps[4, "both"] <- NA
write_json(list(versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")),
  pbkrtest = as.character(packageVersion("pbkrtest")), multcomp = as.character(packageVersion("multcomp"))),
  sets = list(six = c(rows(six), own(six), list(pooled = pooled(six))), three = c(rows(three), own(three), list(pooled = pooled(three))),
    gaps = c(rows(gaps), own(gaps), list(mixed = mixed(gaps))))), "blocks.json", auto_unbox = TRUE, digits = 12, na = "null")

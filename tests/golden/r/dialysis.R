# A microdialysis study from its table of fractions: summaries of animals, Welch, Dunnett, analysis of
# covariance, courses, single times with Holm's correction; and no net flux with Fieller's limits.
suppressMessages({library(jsonlite); library(multcomp)})
set.seed(20263)
groups <- rep(c("vehicle", "low", "high"), c(7, 6, 6)); top <- c(vehicle = 0, low = 0.5, high = 1.2)
start <- seq(-80, 140, 20)
rows <- do.call(rbind, lapply(seq_along(groups), function(i) {
  base <- exp(rnorm(1, 0.7, 0.3)); gain <- top[[groups[i]]] * exp(rnorm(1, 0, 0.2)); noise <- 0
  value <- sapply(start, function(s) { noise <<- 0.4 * noise + rnorm(1, 0, 0.1)
    base * (1 + gain * (s >= 0) * exp(-s / 150)) * exp(noise) })
  data.frame(animal = sprintf("r%02d", i), group = groups[i], start = start, end = start + 20, value = round(value, 4))
}))
# Window 0 to 110: the last fraction counts by half.
weight <- pmax(0, pmin(rows$end, 110) - pmax(rows$start, 0))
animals <- do.call(rbind, lapply(split(seq_len(nrow(rows)), rows$animal), function(k) {
  base <- mean(rows$value[k][rows$start[k] < 0]); w <- weight[k]
  data.frame(animal = rows$animal[k][1], group = rows$group[k][1], base = base, cv = 100 * sd(rows$value[k][rows$start[k] < 0]) / base,
    window = sum(w * rows$value[k]) / sum(w), auc = sum(w * (100 * rows$value[k] / base - 100)))
}))
animals$log_ratio <- log(animals$window / animals$base)
animals$group <- factor(animals$group, c("vehicle", "low", "high"))
two <- droplevels(subset(animals, group != "low"))
w <- t.test(log_ratio ~ relevel(group, "high"), two)
dunnett <- function(model) {
  s <- summary(glht(model, linfct = mcp(group = "Dunnett"))); ci <- confint(s)
  list(ratio = unname(exp(coef(s))), low = unname(exp(ci$confint[, "lwr"])), high = unname(exp(ci$confint[, "upr"])), p = as.numeric(s$test$pvalues))
}
ancova <- lm(log(window) ~ group + log(base), animals)
single <- lm(log(window) ~ group + log(base), two)
after <- start[start >= 0]
wide <- t(sapply(as.character(animals$animal), function(a) { k <- rows$animal == a & rows$start >= 0
  log(rows$value[k] / animals$base[animals$animal == a]) }))
m <- lm(wide ~ group, animals)
a <- anova(m, X = ~1, test = "Spherical")
eps <- as.numeric(sub(".*: *", "", grep("Greenhouse", unlist(strsplit(attr(a, "heading"), "\n")), value = TRUE)))
times <- do.call(rbind, lapply(c("low", "high"), function(g) do.call(rbind, lapply(seq_along(after), function(k) {
  x <- wide[animals$group == g, k]; y <- wide[animals$group == "vehicle", k]
  data.frame(group = g, middle = after[k] + 10, ratio = exp(mean(x) - mean(y)), p = t.test(x, y)$p.value) }))))
times$holm <- p.adjust(times$p, "holm")
inlet <- rep(c(0, 2, 5, 10), 3); outlet <- round(inlet - 0.31 * (inlet - 3.4) + rnorm(12, 0, 0.15), 3)
f <- lm(I(inlet - outlet) ~ inlet); v <- vcov(f); b <- coef(f); q <- qt(0.975, 10)
c0 <- -b[[1]] / b[[2]]
fieller <- function(c) (b[[1]] + c * b[[2]])^2 - q^2 * (v[1, 1] + 2 * c * v[1, 2] + c^2 * v[2, 2])
write_json(list(versions = list(R = R.version.string, multcomp = as.character(packageVersion("multcomp"))),
  rows = rows, animals = animals[c("animal", "base", "cv", "window", "log_ratio", "auc")],
  welch = list(ratio = exp(w$estimate[[1]] - w$estimate[[2]]), low = exp(w$conf.int[1]), high = exp(w$conf.int[2]), p = w$p.value, df = w$parameter[[1]]),
  dunnett = dunnett(aov(log_ratio ~ group, animals)), ancova_dunnett = dunnett(ancova),
  ancova = list(ratio = exp(coef(single)[["grouphigh"]]), limits = exp(confint(single)["grouphigh", ]), p = summary(single)$coefficients["grouphigh", 4],
    slope = coef(single)[["log(base)"]]),
  courses = list(epsilon = eps, f = a["group", "F"], df1 = a["group", "num Df"], df2 = a["group", "den Df"], gg_p = a["group", "G-G Pr"]),
  times = times,
  flux = list(inlet = inlet, outlet = outlet, slope = b[[2]], se = sqrt(v[2, 2]), intercept = b[[1]], concentration = c0,
    low = uniroot(fieller, c(0, c0), tol = 1e-13)$root, high = uniroot(fieller, c(c0, 50), tol = 1e-13)$root)),
  "dialysis.json", auto_unbox = TRUE, digits = 12)

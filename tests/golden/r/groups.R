# Two groups compared: Welch, paired, and limits of a ratio.
suppressMessages(library(jsonlite))
vehicle <- c(1.861, 1.874, 1.842, 1.903, 1.881)
treated <- c(1.602, 1.640, 1.571, 1.655)
w <- t.test(treated, vehicle)
before <- c(8.91, 9.12, 8.77, 9.05)
after <- c(8.62, 8.95, 8.61, 8.66)
p <- t.test(after, before, paired = TRUE)
one <- t.test(before)
# Published as mean +/- SEM: Welch from the summaries, and the ratio by Fieller's theorem, found as the roots of its definition.
m <- c(73.3, 40.7); s <- c(4.6, 3.4); n <- 6
df <- sum(s^2)^2 / sum(s^4 / (n - 1))
t <- (m[2] - m[1]) / sqrt(sum(s^2))
ratio <- m[2] / m[1]
v <- c((ratio * s[1])^2, s[2]^2)
q <- qt(0.975, sum(v)^2 / sum(v^2 / (n - 1)))
fieller <- function(r) (m[2] - r * m[1])^2 - q^2 * (s[2]^2 + r^2 * s[1]^2)
low <- uniroot(fieller, c(0.01, ratio), tol = 1e-14)$root
high <- uniroot(fieller, c(ratio, 5), tol = 1e-14)$root
write_json(list(versions = list(R = R.version.string),
  welch = list(a = treated, b = vehicle, difference = mean(treated) - mean(vehicle), df = w$parameter[[1]], t = w$statistic[[1]], p = w$p.value, low = w$conf.int[1], high = w$conf.int[2]),
  paired = list(a = after, b = before, difference = p$estimate[[1]], df = p$parameter[[1]], p = p$p.value, low = p$conf.int[1], high = p$conf.int[2]),
  one_group = list(a = before, mean = one$estimate[[1]], low = one$conf.int[1], high = one$conf.int[2]),
  published = list(mean = m, sem = s, n = n, df = df, t = t, p = 2 * pt(-abs(t), df), fieller_low = low, fieller_high = high)),
  "groups.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)

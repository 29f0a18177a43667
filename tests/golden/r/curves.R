# Nested curves, lack of fit and a robust fit on two competition curves with triplicates.
suppressMessages(library(jsonlite))
x <- rep(c(-10, -9.5, -9, -8.5, -8, -7.5, -7, -6.5, -6), each = 3)
a <- c(2512, 2431, 2580, 2390, 2455, 2336, 2210, 2160, 2288, 1795, 1880, 1822, 1250, 1174, 1301, 770, 815, 742, 470, 512, 455, 352, 390, 366, 301, 342, 318)
b <- c(2480, 2555, 2440, 2502, 2398, 2467, 2377, 2290, 2342, 2088, 2140, 2035, 1702, 1633, 1748, 1130, 1095, 1188, 668, 705, 640, 433, 470, 415, 340, 362, 329)
control <- nls.control(maxiter = 500, tol = 1e-6, minFactor = 1e-10)
d <- data.frame(x = c(x, x), y = c(a, b), g = rep(c(0, 1), each = 27))
shared <- nls(y ~ bottom + (top - bottom) / (1 + 10^(x - l)), d, start = list(top = 2500, bottom = 300, l = -8), control = control)
separate <- nls(y ~ bottom + (top - bottom) / (1 + 10^(x - ifelse(g == 0, la, lb))), d, start = list(top = 2500, bottom = 300, la = -8.2, lb = -7.8), control = control)
ss <- anova(shared, separate)
one <- data.frame(x = x, y = a)
three <- nls(y ~ bottom + (top - bottom) / (1 + 10^(x - l)), one, start = list(top = 2500, bottom = 300, l = -8), control = control)
four <- nls(y ~ bottom + (top - bottom) / (1 + 10^(h * (x - l))), one, start = list(top = 2500, bottom = 300, l = -8, h = 1), control = control)
hill <- anova(three, four)
means <- lm(y ~ factor(x), one)
lack <- anova(three, means)
# Robust: sum log(1 + (residual / scale)^2) with the scale held, one reading spoilt.
spoilt <- a; spoilt[11] <- 2600
scale <- 45
merit <- function(q) sum(log1p(((spoilt - (q[2] + (q[1] - q[2]) / (1 + 10^(x - q[3])))) / scale)^2))
best <- list(value = Inf)
for (start in list(c(2500, 300, -8), c(2450, 320, -8.2))) {
  found <- optim(start, merit, control = list(parscale = c(1000, 100, 1), reltol = 1e-15, maxit = 20000))
  for (again in 1:6) found <- optim(found$par, merit, control = list(parscale = c(1000, 100, 1), reltol = 1e-15, maxit = 20000))
  if (found$value < best$value) best <- found
}
write_json(list(versions = list(R = R.version.string), x = x, a = a, b = b,
  shared = list(F = ss$`F value`[2], df = c(1, df.residual(separate)), p = ss$`Pr(>F)`[2], coef = as.list(coef(separate)),
                aic_difference = AIC(shared) - AIC(separate)),
  hill_is_1 = list(F = hill$`F value`[2], p = hill$`Pr(>F)`[2], hill = coef(four)[["h"]]),
  lack_of_fit = list(F = lack$F[2], df = c(lack$Df[2], df.residual(means)), p = lack$`Pr(>F)`[2]),
  robust = list(spoilt = spoilt, scale = scale, top = best$par[1], bottom = best$par[2], l = best$par[3], merit = best$value)),
  "curves.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)

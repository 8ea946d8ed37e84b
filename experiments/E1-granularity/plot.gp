# Downtime over memory size, a line a granularity, a panel a mode.
wide = 1100
high = 460
load "../common.gp"
set logscale x 2
set logscale y
set xlabel "heap in MiB"
set ylabel "downtime in ms"
stats csv using (pick("downtime", 1, "high", 1e6)) name "Y" nooutput
stats csv using (pick("downtime", 1, "median", 1e6) > 0 ? column("memory_mib") : NaN) name "X" nooutput
set xrange [X_min/1.3:X_max*1.3]
set yrange [Y_min/4:Y_max*1.5]
set multiplot layout 1,3 title "Downtime by granularity (median, 95% interval; 1 Gbit/s, 1 ms)"
set key outside center bottom horizontal
do for [p in "no-cow:False cow:True cow:False"] {
  mode = p[1:strstrt(p,":")-1]; eager = p[strstrt(p,":")+1:*]
  set title mode.(eager eq "True" ? ", memory first" : mode eq "cow" ? ", memory on demand" : "")
  plot for [g in granularities] csv using \
    (column("memory_mib")): \
    (pick("downtime", is("method","migrate") && is("granularity",g) && is("mode",mode) && is("eager_memory",eager), "median", 1e6)): \
    (pick("downtime", is("method","migrate") && is("granularity",g) && is("mode",mode) && is("eager_memory",eager), "low", 1e6)): \
    (pick("downtime", is("method","migrate") && is("granularity",g) && is("mode",mode) && is("eager_memory",eager), "high", 1e6)) title g
}
unset multiplot

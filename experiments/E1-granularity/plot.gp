# Downtime over memory size: a panel a mode, a line a granularity; and, for all ways to move, how long no output came.
wide = 1200
high = 860
load "../common.gp"
set logscale x 2
set logscale y
set ytics 0.125,2
set xlabel "heap in MiB"
set ylabel "downtime in ms"
stats csv using (pick("downtime", is("warm","True"), "high", 1e6)) name "Y" nooutput
stats csv using (pick("downtime", is("warm","True"), "low", 1e6)) name "L" nooutput
stats csv using (pick("downtime", 1, "median", 1e6) > 0 ? column("memory_mib") : NaN) name "X" nooutput
set xrange [X_min/1.3:X_max*1.3]
set multiplot layout 2,2 title "Downtime by granularity between warm nodes, and the gap in the output of other ways (median, 95% interval; 1 Gbit/s, 1 ms)"
set key outside right top vertical
moved(g, mode, eager) = is("method","migrate") && is("warm","True") && is("granularity",g) && is("mode",mode) && is("eager_memory",eager)
do for [p in "no-cow:False cow:True cow:False"] {
  mode = p[1:strstrt(p,":")-1]; eager = p[strstrt(p,":")+1:*]
  set yrange [L_min/1.5:Y_max*1.5]
  set title mode.(eager eq "True" ? ", memory first" : mode eq "cow" ? ", memory on demand" : "")
  plot for [g in granularities] csv using (column("memory_mib")): \
    (pick("downtime", moved(g, mode, eager), "median", 1e6)): \
    (pick("downtime", moved(g, mode, eager), "low", 1e6)): \
    (pick("downtime", moved(g, mode, eager), "high", 1e6)) title g
}
set title "gap in the output"
set ylabel "no new output for ms"
set yrange [*:*]
# Moves between fresh processes are named so; all others are between warm nodes, or have no node.
way(k) = (is("method","migrate") ? strcol("mode").(is("warm","True") ? "" : ", fresh") : strcol("method")) eq k && is("granularity","page") && is("eager_memory","False")
ways = "no-cow cow 'no-cow, fresh' 'cow, fresh' file cold-start criu criu-lazy"
plot for [k in ways] csv using (column("memory_mib")): \
  (pick("output_gap", way(k), "median", 1e6)): (pick("output_gap", way(k), "low", 1e6)): (pick("output_gap", way(k), "high", 1e6)) title k
unset multiplot

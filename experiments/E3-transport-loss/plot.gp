# Over loss: a panel a round trip, a line a transport and number of streams; above what no-cow is down for, below what cow needs to the end.
wide = 1100
high = 760
load "../common.gp"
set xlabel "loss in %"
set logscale y
set ytics 0.125,2
set xrange [-0.1:1.1]
set key outside center bottom horizontal
set multiplot layout 2,words(rtts) title "Pages over loss (median, 95% interval; 5% of the memory are touched, 200 Mbit/s, warm nodes)"
of(t, s, r, mode) = is("transport",t) && is("streams",s) && is("granularity","page") && is("mode",mode) && is("prefetch","none") && num("rtt_ms",r+0)
stats csv using (pick("downtime", is("mode","no-cow"), "high", 1e6)) name "Y" nooutput
set yrange [Y_min/2:Y_max*3]
set ylabel "downtime in ms, no-cow"
do for [r in rtts] {
  set title "no-cow, round trip ".r." ms"
  plot for [t in "tcp tls quic"] for [s in "1 4"] csv using (column("loss")*100): \
    (pick("downtime", of(t, s, r, "no-cow"), "median", 1e6)):(pick("downtime", of(t, s, r, "no-cow"), "low", 1e6)):(pick("downtime", of(t, s, r, "no-cow"), "high", 1e6)) \
    title t.", ".s.(s eq "1" ? " stream" : " streams")
}
set yrange [*:*]
stats csv using (pick("time_after_move", is("mode","cow"), "high", 1e9)) name "Z" nooutput
set yrange [Z_min/2:Z_max*3]
set ylabel "order to end in s, cow"
do for [r in rtts] {
  set title "cow, round trip ".r." ms"
  plot for [t in "tcp tls quic"] csv using (column("loss")*100): \
    (pick("time_after_move", of(t, "1", r, "cow"), "median", 1e9)):(pick("time_after_move", of(t, "1", r, "cow"), "low", 1e9)):(pick("time_after_move", of(t, "1", r, "cow"), "high", 1e9)) title t
}
unset multiplot

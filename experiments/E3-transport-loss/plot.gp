# Downtime over loss: a panel a round trip, a line a transport and number of streams.
wide = 1100
high = 460
load "../common.gp"
set ylabel "downtime in ms"
set xlabel "loss in %"
set logscale y
stats csv using (pick("downtime", 1, "high", 1e6)) name "Y" nooutput
set yrange [Y_min/2:Y_max*3]
set xrange [-0.1:1.1]
set key outside center bottom horizontal
set multiplot layout 1,3 title "Downtime of pages over loss (median, 95% interval; 200 Mbit/s)"
do for [r in "1 20 80"] {
  set title "round trip ".r." ms"
  plot for [t in "tcp tls quic"] for [s in "1 4"] csv using (column("loss")*100): \
    (pick("downtime", is("transport",t) && is("streams",s) && is("granularity","page") && num("rtt_ms",r+0), "median", 1e6)): \
    (pick("downtime", is("transport",t) && is("streams",s) && is("granularity","page") && num("rtt_ms",r+0), "low", 1e6)): \
    (pick("downtime", is("transport",t) && is("streams",s) && is("granularity","page") && num("rtt_ms",r+0), "high", 1e6)) title t.", ".s.(s eq "1" ? " stream" : " streams")
}
unset multiplot

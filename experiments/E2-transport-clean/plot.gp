# Downtime by granularity, a group a granularity, a bar a transport; and what the two nodes take of the processors.
wide = 1100
high = 440
load "../common.gp"
set xlabel "granularity"
set yrange [0:*]
set xrange [0.3:5.7]
set boxwidth 0.2
set style fill solid 0.7
set xtics ()
do for [i=1:5] { set xtics add (word(granularities,i) i) }
set xtics rotate by -25
set key outside center bottom horizontal
at(g) = g eq "page" ? 1 : g eq "mixture" ? 2 : g eq "instance" ? 3 : g eq "module" ? 4 : 5
transports = "tcp tls quic"
of(t, mode) = is("method","migrate") && is("transport",word(transports,t)) && num("streams",1) && is("mode",mode)
set multiplot layout 1,3 title "Transports on a clean link, one stream, warm nodes (median, 95% interval)"
set ylabel "downtime in ms"
do for [mode in "no-cow cow"] {
  set title mode
  plot for [t=1:3] csv using (at(strcol("granularity")) + (t-2)*0.25): \
    (pick("downtime", of(t, mode), "median", 1e6)):(pick("downtime", of(t, mode), "low", 1e6)):(pick("downtime", of(t, mode), "high", 1e6)):(0.2) \
    with boxerrorbars title word(transports,t)
}
set title "no-cow, processors of the destination"
set ylabel "processor time in s"
plot for [t=1:3] csv using (at(strcol("granularity")) + (t-2)*0.25): \
  (pick("destination_processor_seconds", of(t, "no-cow"), "median", 1)):(pick("destination_processor_seconds", of(t, "no-cow"), "low", 1)): \
  (pick("destination_processor_seconds", of(t, "no-cow"), "high", 1)):(0.2) with boxerrorbars title word(transports,t)
unset multiplot

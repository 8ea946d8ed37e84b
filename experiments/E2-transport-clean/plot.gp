# Downtime by granularity, a group a granularity, a bar a transport.
load "../common.gp"
set ylabel "downtime in ms"
set xlabel "granularity"
set yrange [0:*]
set xrange [0.3:5.7]
set boxwidth 0.2
set style fill solid 0.7
set xtics () 
do for [i=1:5] { set xtics add (word(granularities,i) i) }
set title "Downtime by transport on a clean link, one stream (median, 95% interval)"
at(g) = g eq "page" ? 1 : g eq "mixture" ? 2 : g eq "instance" ? 3 : g eq "module" ? 4 : 5
transports = "tcp tls quic"
plot for [t=1:3] csv using (at(strcol("granularity")) + (t-2)*0.25): \
  (pick("downtime", is("transport",word(transports,t)) && num("streams",1), "median", 1e6)): \
  (pick("downtime", is("transport",word(transports,t)) && num("streams",1), "low", 1e6)): \
  (pick("downtime", is("transport",word(transports,t)) && num("streams",1), "high", 1e6)):(0.2) with boxerrorbars title word(transports,t)

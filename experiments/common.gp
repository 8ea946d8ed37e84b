# What the figures share. The harness calls gnuplot in a question's folder with csv (medians and intervals), out (a file
# without its ending) and format (svg or pdf); a figure needs nothing else.
if (!exists("csv") || !exists("out") || !exists("format")) { print "give csv, out and format, as the report command does"; exit status 2 }
set datafile separator comma
set datafile columnheaders
set datafile missing NaN
set encoding utf8
wide = exists("wide") ? wide : 900
high = exists("high") ? high : 420
if (format eq "svg") { set terminal svg size wide,high dynamic background rgb "white" font "Helvetica,13" } \
else { set terminal pdfcairo size wide/100.0,high/100.0 font "Helvetica,10" }
set output out.".".format
set key outside right top vertical samplen 2
set grid lc rgb "#dddddd"
set border 3 lc rgb "#555555"
set tics nomirror
set style data yerrorlines
set pointsize 0.8
do for [i=1:8] { set style line i lw 2 pt 4+i }
set linetype 1 lc rgb "#0072b2"
set linetype 2 lc rgb "#d55e00"
set linetype 3 lc rgb "#009e73"
set linetype 4 lc rgb "#cc79a7"
set linetype 5 lc rgb "#e69f00"
set linetype 6 lc rgb "#56b4e9"
set linetype 7 lc rgb "#000000"
set linetype 8 lc rgb "#999999"

granularities = "page mixture instance module whole-binary"
is(dimension, value) = strcol(dimension) eq value
num(dimension, value) = column(dimension) == value
# One end of a metric's interval where a condition holds, divided to a unit; else nothing.
pick(metric, condition, which, unit) = (strcol("metric") eq metric && condition) ? column(which)/unit : NaN
# The round trips that there are, in words.
rtts = ""
note_rtt(r) = (strstrt(rtts, sprintf(" %g ", r)) > 0 ? 0 : (rtts = rtts.sprintf(" %g ", r), 0))
stats csv using (note_rtt(column("rtt_ms"))) nooutput

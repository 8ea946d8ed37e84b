;; Two frames whose every slot is known.
(module
  (func $inner (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $sum))
  (func (export "outer") (param $a i32) (param $b i64) (result i64)
    (local $c f64) (local $r externref)
    (local.set $c (f64.const 1.5))
    (local.get $b)
    (i64.const 7)
    (i64.extend_i32_u (call $inner (local.get $a)))
    (i64.mul)
    (i64.add)
    (i64.trunc_f64_s (local.get $c))
    (i64.add)))

;; Loops that count in every way which an engine may see through. Each gives the value at which it ended, and how often it went round.
(module
  (global $rounds (export "rounds") (mut i64) (i64.const 0))
  (memory (export "memory") 1)
  (func (export "up") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 3))) (local.get $end))))
    (local.get $i))
  (func (export "up_mirrored") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.ne (local.get $end) (local.tee $i (i32.add (local.get $i) (i32.const 4))))))
    (local.get $i))
  (func (export "down_to_zero") (param $i i32) (param $unused i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_if $again (local.get $i)))
    (local.get $i))
  (func (export "up_below") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 5))) (local.get $end))))
    (local.get $i))
  (func (export "up_below_unsigned") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.gt_u (local.get $end) (local.tee $i (i32.add (local.get $i) (i32.const 2))))))
    (local.get $i))
  (func (export "down_above") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.gt_s (local.tee $i (i32.add (local.get $i) (i32.const -7))) (local.get $end))))
    (local.get $i))
  (func (export "down_above_unsigned") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.lt_u (local.get $end) (local.tee $i (i32.add (local.get $i) (i32.const -1))))))
    (local.get $i))
  ;; So large a step goes all around in a few rounds.
  (func (export "around") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 0x10000001))) (local.get $end)))
      )
    (local.get $i))
  (func (export "constant_bound") (param $i i32) (param $unused i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 64000))))
    (local.get $i))
  ;; The bound comes nearer, so it is no bound.
  (func (export "bound_moves") (param $i i32) (param $end i32) (result i32)
    (loop $again
      (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
      (if (i32.gt_s (local.get $end) (i32.const 10)) (then (local.set $end (i32.sub (local.get $end) (i32.const 1)))))
      (br_if $again (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end))))
    (local.get $i))
  ;; A second way back, and one out of the middle.
  (func (export "two_ways") (param $i i32) (param $end i32) (result i32)
    (block $out
      (loop $again
        (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
        (br_if $out (i32.eq (i32.and (i32.wrap_i64 (global.get $rounds)) (i32.const 4095)) (i32.const 4095)))
        (br_if $again (i32.and (i32.wrap_i64 (global.get $rounds)) (i32.const 1)))
        (br_if $again (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))
    (local.get $i))
  ;; Nested, with a way out of both, over the memory.
  (func (export "nested") (param $n i32) (param $end i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32)
    (block $out
      (loop $rows
        (local.set $j (local.get $n))
        (loop $columns
          (global.set $rounds (i64.add (global.get $rounds) (i64.const 1)))
          (i32.store (i32.shl (i32.and (local.get $j) (i32.const 1023)) (i32.const 2)) (i32.add (local.get $i) (local.get $j)))
          (local.set $sum (i32.add (local.get $sum) (i32.load (i32.shl (i32.and (local.get $i) (i32.const 1023)) (i32.const 2)))))
          (br_if $out (i32.gt_u (local.get $sum) (i32.const 100000000)))
          (br_if $columns (local.tee $j (i32.add (local.get $j) (i32.const -1)))))
        (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))
    (i32.add (local.get $sum) (local.get $j)))
  ;; All in one, for few rounds.
  (func (export "run") (param $n i32) (result i64)
    (local $sum i32)
    (local.set $sum (i32.add (local.get $sum) (call 0 (i32.const 0) (i32.mul (local.get $n) (i32.const 3)))))
    (local.set $sum (i32.add (local.get $sum) (call 1 (i32.const -8) (i32.const 8))))
    (local.set $sum (i32.add (local.get $sum) (call 2 (local.get $n) (i32.const 0))))
    (local.set $sum (i32.add (local.get $sum) (call 3 (i32.const -4) (local.get $n))))
    (local.set $sum (i32.add (local.get $sum) (call 4 (local.get $n) (i32.const 17))))
    (local.set $sum (i32.add (local.get $sum) (call 5 (local.get $n) (i32.const -20))))
    (local.set $sum (i32.add (local.get $sum) (call 6 (local.get $n) (i32.const 1))))
    (local.set $sum (i32.add (local.get $sum) (call 7 (i32.const 5) (i32.const 0x6000001B))))
    (local.set $sum (i32.add (local.get $sum) (call 11 (i32.const 3) (local.get $n))))
    (i64.add (i64.extend_i32_s (local.get $sum)) (i64.mul (global.get $rounds) (i64.const 1000000)))))
